"""The networks that PyTorch's exporters write: seeded weights, no training."""
import torch
from torch import nn


class Images(nn.Module):
    """Two convolutions (the second depthwise), a batch normalization, a residual, a linear layer: [N,3,8,8] -> [N,5]."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(8)
        self.depthwise = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        x = torch.relu(self.norm(self.stem(x)))
        x = x + nn.functional.hardswish(self.depthwise(x))
        return self.fc(torch.flatten(self.pool(x), 1))


class Tokens(nn.Module):
    """An encoder layer of a transformer, written out: [N,6,8] -> [N,6,8]."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(8, 8) for _ in range(3))
        self.out = nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8)
        self.up = nn.Linear(8, 8)
        self.down = nn.Linear(8, 8)

    def forward(self, x):
        q, k, v = (layer(x).reshape(-1, 6, 2, 4).transpose(1, 2) for layer in (self.q, self.k, self.v))
        heads = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(heads.transpose(1, 2).reshape(-1, 6, 8))
        return x + self.down(nn.functional.gelu(self.up(self.norm(x))))


class Sequence(nn.Module):
    """A recurrent layer and a linear one: [1,6,4] -> [1,3]."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return self.fc(self.lstm(x)[0][:, -1])


def seeded(network):
    torch.manual_seed(7)
    built = network().eval()
    for module in built.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.2, 0.2)
    return built
