/**
 * What a page of a report does besides showing itself: tables that are sorted by a click, and where a cell comes from, by
 * pointer and by keys. Plain JavaScript of browsers, as text: a page holds it in itself.
 */

const sortTables = `
for (const table of document.querySelectorAll('table')) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 2) continue;
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const order = (a, b) => {
        const [x, y] = [key(a), key(b)];
        const difference = Number(x) - Number(y);
        return Number.isNaN(difference) ? x.localeCompare(y, 'en', { numeric: true }) : difference;
      };
      const rows = [...body.rows].sort(order);
      body.append(...(down ? rows.reverse() : rows));
    });
  });
}`;

const showCells = `
const plan = document.getElementById('cells');
if (plan) {
  const { rows, columns, from, to, shades, scale } = Object.fromEntries(
    Object.entries(plan.dataset).map(([name, value]) => [name, Number(value)]));
  const inside = (value, count) => Math.max(0, Math.min(count - 1, Math.floor(value)));
  const cellUnder = (event, box) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [inside((event.clientY - top) / height * rows, rows), inside((event.clientX - left) / width * columns, columns)];
  };
  let known;
  const unpacked = new Blob([Uint8Array.from(atob(plan.dataset.blocks), (character) => character.charCodeAt(0))])
    .stream().pipeThrough(new DecompressionStream('gzip'));
  new Response(unpacked).json().then((blocks) => { known = blocks; });
  const span = (name, start, end) => end - start > 1 ? name + 's ' + start + '\\u2013' + (end - 1) : name + ' ' + start;
  const origin = (array, row, column) => {
    if (!known) return '';
    const block = known.arrays[array].find(([top, bottom, left, right]) =>
      row >= top && row < bottom && column >= left && column < right);
    if (!block) return 'no block';
    const [, , , , layer, group, groups, input, inputs, output, outputs, slice, copy] = block;
    return [known.layers[layer], span('weight row', input, inputs), span('weight column', output, outputs),
      span('group', group, groups), 'slice ' + slice, 'copy ' + copy].join(', ');
  };
  const siemens = (value) => {
    const power = value >= 1e-3 ? [1e3, 'mS'] : value >= 1e-6 ? [1e6, 'uS'] : [1e9, 'nS'];
    return Number((value * power[0]).toPrecision(3)) + ' ' + power[1];
  };
  const conductance = (section, row, column) => {
    const image = section.querySelector('img');
    if (!image.complete || !image.naturalWidth) return '';
    if (!image.pixels) {
      const canvas = Object.assign(document.createElement('canvas'), { width: image.naturalWidth, height: image.naturalHeight });
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      image.pixels = context.getImageData(0, 0, canvas.width, canvas.height);
    }
    const { data, width } = image.pixels;
    const at = 4 * (Math.floor(row / scale) * width + Math.floor(column / scale));
    if (data[at + 3] === 0) return '; not told, or never formed';
    const shade = shadesBy.get(data.slice(at, at + 3).join());
    if (shade === undefined) return '';
    const step = (to - from) / shades;
    const [low, high] = [siemens(from + shade * step), siemens(from + (shade + 1) * step)];
    return shade === 0 ? '; below ' + high : shade === shades - 1 ? '; above ' + low : '; ' + low + ' to ' + high;
  };
  const say = (section, row, column) => {
    section.cursor = [row, column];
    const box = section.querySelector('.cells');
    let mark = box.querySelector('.mark');
    if (!mark) {
      mark = document.createElement('span');
      mark.className = 'mark';
      box.append(mark);
    }
    mark.style.cssText = 'left:' + 100 * column / columns + '%;top:' + 100 * row / rows + '%;width:' + 100 / columns + '%;height:' + 100 / rows + '%';
    section.querySelector('.cell').textContent =
      'Row ' + row + ', column ' + column + ': ' + origin(numberOf(section), row, column) + conductance(section, row, column);
  };
  const numberOf = (section) => Number(section.id.split('-')[1]);
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  for (const section of plan.querySelectorAll('.array')) {
    const box = section.querySelector('.cells');
    box.addEventListener('pointermove', (event) => say(section, ...cellUnder(event, box)));
    box.addEventListener('pointerdown', (event) => say(section, ...cellUnder(event, box)));
    box.addEventListener('keydown', (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      const far = event.shiftKey ? 16 : 1;
      const [row, column] = section.cursor ?? [0, 0];
      say(section, inside(row + far * move[0], rows), inside(column + far * move[1], columns));
    });
    box.addEventListener('focus', () => say(section, ...(section.cursor ?? [0, 0])));
  }
  const here = document.querySelector('.here');
  const links = [...document.querySelectorAll('.floor a')];
  links.forEach((link, array) => {
    link.tabIndex = array === 0 ? 0 : -1;
    const section = document.getElementById(link.hash.slice(1));
    link.addEventListener('pointermove', (event) => {
      const [row, column] = cellUnder(event, link.querySelector('svg'));
      here.textContent = section.getAttribute('aria-label') + ', row ' + row + ', column ' + column + ': ' + origin(array, row, column);
    });
    link.addEventListener('focus', () => {
      for (const other of links) other.tabIndex = other === link ? 0 : -1;
      here.textContent = link.getAttribute('aria-label');
    });
    link.addEventListener('keydown', (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      const across = links.filter(({ offsetTop }) => offsetTop === links[0].offsetTop).length;
      links[array + move[0] * across + move[1]]?.focus();
    });
  });
}`;

/** @param colours of the shades of pictures, red, green and blue */
export function reportScript(colours: readonly (readonly number[])[]): string {
  const shades = colours.map((colour, shade) => [colour.join(), shade]);
  return `const shadesBy = new Map(${JSON.stringify(shades)});${sortTables}${showCells}`;
}
