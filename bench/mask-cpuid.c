/*
 * Answers the cpuid instructions of a library in which ud2 stands in their place, as a processor without AVX-512, VNNI and
 * AMX would. Preloaded into Node.js by older-processor.ts.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <signal.h>
#include <string.h>
#include <ucontext.h>

#define BIT(n) (1u << (n))

static int (*set_action)(int, const struct sigaction *, struct sigaction *);

static void answer(int number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const unsigned char *at = (const unsigned char *)registers[REG_RIP];
  if (at[0] != 0x0f || at[1] != 0x0b) {
    signal(number, SIG_DFL);
    return;
  }
  unsigned leaf = registers[REG_RAX], part = registers[REG_RCX], a, b, c, d;
  __cpuid_count(leaf, part, a, b, c, d);
  if (leaf == 7 && part == 0) {
    /* AVX512F, DQ, IFMA, PF, ER, CD, BW, VL */
    b &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31));
    /* AVX512_VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ */
    c &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14));
    /* AVX512_4VNNIW, 4FMAPS, VP2INTERSECT, AMX-BF16, AVX512_FP16, AMX-TILE, AMX-INT8 */
    d &= ~(BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25));
  }
  if (leaf == 7 && part == 1) {
    /* AVX-VNNI, AVX512_BF16, AMX-FP16; AVX-VNNI-INT8, AVX-NE-CONVERT, AVX-VNNI-INT16, AVX10 */
    a &= ~(BIT(4) | BIT(5) | BIT(21));
    d &= ~(BIT(4) | BIT(5) | BIT(10) | BIT(19));
  }
  registers[REG_RAX] = a;
  registers[REG_RBX] = b;
  registers[REG_RCX] = c;
  registers[REG_RDX] = d;
  registers[REG_RIP] += 2;
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = answer;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  set_action = dlsym(RTLD_NEXT, "sigaction");
  set_action(SIGILL, &action, 0);
}

/* Node.js sets all signals back when it starts. */
int sigaction(int number, const struct sigaction *action, struct sigaction *old) {
  if (!set_action) set_action = dlsym(RTLD_NEXT, "sigaction");
  if (number != SIGILL || !action) return set_action(number, action, old);
  if (old) memset(old, 0, sizeof *old);
  return 0;
}
