// Guess first, then see. The guess is kept in this browser alone. No kernel, no library; texts are set as text, never as HTML.
(root => {
  const told = JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(root.dataset.told), c => c.charCodeAt(0))));
  const kept = 'workbook-guess-' + told.key;
  const load = () => { try { return JSON.parse(localStorage.getItem(kept)) } catch { return null } };
  const keep = v => { try { v === null ? localStorage.removeItem(kept) : localStorage.setItem(kept, JSON.stringify(v)) } catch { /* kept until the page closes */ } };
  const make = (tag, to, more = {}) => { const e = document.createElement(tag); Object.assign(e, more); to?.append(e); return e };
  const draw = (tag, to, attributes, text) => {
    const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, v] of Object.entries(attributes)) e.setAttribute(name, v);
    if (text !== undefined) e.textContent = text;
    to.append(e); return e };
  const near = v => { const size = Math.abs(v); return String(+v.toPrecision(size >= 1000 ? 4 : 3)) };
  const width = box => Math.max(280, Math.min(600, box.clientWidth || 600));  // drawn as wide as it is shown: its text keeps its size
  const unit = told.unit ? ' ' + told.unit : '';

  // Each kind: ask(box, guess) draws the question and gives a function that says what is guessed, or why nothing is yet;
  // see(box, guess) shows the truth beside the guess and gives it in words.
  const kinds = {
    choose: {
      fits: g => Number.isInteger(g) && g >= 0 && g < told.options.length,
      ask: box => {
        const group = make('fieldset', box);
        make('legend', group, { textContent: told.question });
        const inputs = told.options.map(option => {
          const label = make('label', group), input = make('input', label, { type: 'radio', name: kept });
          make('span', label, { textContent: option });
          return input });
        return () => { const i = inputs.findIndex(one => one.checked); return i < 0 ? 'Choose an answer first.' : { guess: i } } },
      see: (box, guess) => {
        make('p', box, { className: 'wb-asked', textContent: told.question });
        told.options.forEach((option, i) => {
          const label = make('label', box);
          if (i === guess) label.className = 'wb-hers';
          if (i === told.truth) label.className = 'wb-true';
          make('span', label, { textContent: i === told.truth ? '✓' : i === guess ? '○' : '\u2007' });
          make('span', label, { textContent: option });
          if (i === guess) make('em', label, { textContent: 'your guess' }) });
        if (told.truth === undefined) return `Your guess: ${told.options[guess]}.`;
        return guess === told.truth ? 'You guessed right.' : `You guessed “${told.options[guess]}”; it is “${told.options[told.truth]}”.` } },

    number: {
      fits: g => Number.isFinite(g),
      ask: box => {
        make('p', box, { className: 'wb-asked', textContent: told.question });
        const label = make('label', box, { className: 'wb-slide' });
        const middle = told.low + told.step * Math.round((told.high - told.low) / told.step / 2);
        make('span', label, { textContent: near(told.low) });
        const input = make('input', label, { type: 'range', min: told.low, max: told.high, step: told.step, value: middle });
        make('span', label, { textContent: near(told.high) + unit });
        const out = make('output', label);
        input.setAttribute('aria-label', told.question);
        let moved = false;
        const say = () => { out.textContent = moved ? near(+input.value) + unit : 'not moved yet'; input.setAttribute('aria-valuetext', out.textContent) };
        input.oninput = () => { moved = true; say() };
        input.onkeydown = e => { if (e.key === 'Enter') { moved = true; say() } };  // the middle itself is a guess too
        say();
        return () => moved ? { guess: +input.value } : 'Move the slider first, by mouse or by the arrow keys; Enter takes the middle.' },
      see: (box, guess) => {
        make('p', box, { className: 'wb-asked', textContent: told.question });
        const wide = width(box), svg = draw('svg', box, { viewBox: `0 0 ${wide} 86`, role: 'img', 'aria-label': 'A line of numbers with your guess and the truth' });
        const at = v => 20 + (wide - 40) * (v - told.low) / (told.high - told.low);
        draw('path', svg, { d: `M20 44H${wide - 20}`, class: 'wb-line' });
        for (const [v, anchor] of [[told.low, 'start'], [told.high, 'end']]) draw('text', svg, { x: at(v), y: 64, 'text-anchor': anchor, opacity: 0.7 }, near(v));
        const mark = (v, y, shape, words) => {
          const x = at(v), anchor = x < 130 ? 'start' : x > wide - 130 ? 'end' : 'middle';
          shape(x); draw('text', svg, { x, y, 'text-anchor': anchor }, words + ' ' + near(v) + unit) };
        mark(guess, 24, x => draw('circle', svg, { cx: x, cy: 44, r: 7, class: 'wb-gdot' }), 'your guess');
        if (told.truth === undefined) return `Your guess: ${near(guess)}${unit}.`;
        mark(told.truth, 82, x => draw('path', svg, { d: `M${x} 34l9 10l-9 10l-9 -10z`, class: 'wb-tdot' }), 'in truth');
        return `You guessed ${near(guess)}${unit}; it is ${near(told.truth)}${unit}.` } },

    curve: {
      fits: g => Array.isArray(g) && g.length === told.points && g.every(Number.isFinite),
      ask: box => {
        const { svg, xs, px, py, back } = axes(box), middle = (told.y[0] + told.y[1]) / 2;
        const ys = xs.map(() => middle), fine = (told.y[1] - told.y[0]) / 40;
        let moved = false;
        const line = draw('path', svg, { class: 'wb-g' });
        const dots = xs.map((x, i) => {
          const dot = draw('circle', svg, { r: 8, class: 'wb-gdot', tabindex: 0, role: 'slider', 'aria-orientation': 'vertical',
            'aria-label': `${told.labels[1]} at ${told.labels[0]} ${near(x)}`, 'aria-valuemin': told.y[0], 'aria-valuemax': told.y[1] });
          dot.onkeydown = e => {
            const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[e.key], to = { Home: told.y[0], End: told.y[1] }[e.key];
            const side = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
            if (side) dots[i + side]?.focus(); else if (by) set(i, ys[i] + by * fine); else if (to !== undefined) set(i, to); else return;
            e.preventDefault() };
          return dot });
        const show = () => {
          line.setAttribute('d', path(xs, ys, px, py));
          dots.forEach((dot, i) => { dot.setAttribute('cx', px(xs[i])); dot.setAttribute('cy', py(ys[i])); dot.setAttribute('aria-valuenow', near(ys[i])) }) };
        const set = (i, v) => { moved = true; ys[i] = Math.min(told.y[1], Math.max(told.y[0], v)); show() };
        let down = false;
        const follow = e => {  // drawing: the point nearest along x goes where the pointer is
          const [x, y] = back(e);
          set(xs.reduce((best, one, i) => Math.abs(one - x) < Math.abs(xs[best] - x) ? i : best, 0), y) };
        svg.onpointerdown = e => { down = true; svg.setPointerCapture(e.pointerId); follow(e); e.preventDefault() };
        svg.onpointermove = e => { if (down) follow(e) };
        svg.onpointerup = svg.onpointercancel = () => { down = false };
        make('p', box, { className: 'wb-keys', textContent: 'Draw with the mouse or a finger; or Tab to a point, ↑ ↓ to move it, ← → for the next.' });
        show();
        return () => moved ? { guess: ys.map(v => +v.toPrecision(6)) } : 'Draw your curve first.' },
      see: (box, guess) => {
        const { svg, xs, px, py, area } = axes(box, 22);
        draw('path', svg, { d: path(xs, guess, px, py), class: 'wb-g' });
        xs.forEach((x, i) => draw('circle', svg, { cx: px(x), cy: py(guess[i]), r: 4, class: 'wb-gdot' }));
        const key = (x, shape, words) => { draw('path', svg, { d: `M${x} 299h34`, class: shape }); draw('text', svg, { x: x + 42, y: 303 }, words) };
        key(62, 'wb-g', 'your guess');
        if (told.truth === undefined) return 'This is your guess.';
        draw('path', svg, { d: path(...told.truth, px, py), class: 'wb-t', 'clip-path': `url(#${area})` });
        key(200, 'wb-t', 'in truth');
        const off = xs.reduce((worst, x, i) => { const gap = Math.abs(guess[i] - between(x)); return gap > worst[0] ? [gap, i] : worst }, [-1, 0])[1];
        return `Farthest apart at ${told.labels[0]} ${near(xs[off])}: you guessed ${near(guess[off])}, it is ${near(between(xs[off]))}.` } } };

  const path = (xs, ys, px, py) => xs.map((x, i) => `${i ? 'L' : 'M'}${px(x).toFixed(1)} ${py(ys[i]).toFixed(1)}`).join('');
  const between = x => {  // the true curve at x, straight between its points
    const [xs, ys] = told.truth, i = Math.max(1, xs.findIndex(v => v >= x) < 0 ? xs.length - 1 : xs.findIndex(v => v >= x));
    const t = Math.min(1, Math.max(0, (x - xs[i - 1]) / (xs[i] - xs[i - 1])));
    return ys[i - 1] + t * (ys[i] - ys[i - 1]) };
  let drawn = 0;
  function axes(box, more = 0) {
    make('p', box, { className: 'wb-asked', textContent: told.question });
    const wide = width(box), svg = draw('svg', box, { viewBox: `0 0 ${wide} ${290 + more}` }), [left, right, top, bottom] = [62, wide - 10, 30, 240];
    const px = v => left + (right - left) * (v - told.x[0]) / (told.x[1] - told.x[0]);
    const py = v => bottom - (bottom - top) * (v - told.y[0]) / (told.y[1] - told.y[0]);
    const area = `area-${told.key}-${Math.random().toString(36).slice(2)}-${drawn++}`;
    draw('rect', draw('clipPath', svg, { id: area }), { x: left, y: top - 2, width: right - left, height: bottom - top + 4 });
    for (let k = 0; k <= 4; k++) {
      const x = told.x[0] + (told.x[1] - told.x[0]) * k / 4, y = told.y[0] + (told.y[1] - told.y[0]) * k / 4;
      draw('path', svg, { d: `M${left} ${py(y)}H${right}M${px(x)} ${top}V${bottom}`, class: 'wb-grid' });
      draw('text', svg, { x: left - 8, y: py(y) + 4, 'text-anchor': 'end' }, near(y));
      draw('text', svg, { x: px(x), y: bottom + 18, 'text-anchor': k === 4 ? 'end' : 'middle' }, near(x)) }
    draw('path', svg, { d: `M${left} ${top}V${bottom}H${right}`, class: 'wb-line' });
    draw('text', svg, { x: left, y: 16 }, told.labels[1]);
    draw('text', svg, { x: (left + right) / 2, y: bottom + 40, 'text-anchor': 'middle' }, told.labels[0]);
    const back = e => {
      const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [told.x[0] + (p.x - left) / (right - left) * (told.x[1] - told.x[0]), told.y[0] + (bottom - p.y) / (bottom - top) * (told.y[1] - told.y[0])] };
    const xs = [...Array(told.points).keys()].map(k => told.x[0] + (told.x[1] - told.x[0]) * k / (told.points - 1));
    return { svg, xs, px, py, back, area } }

  for (const one of root.querySelectorAll('.wb-asked, .wb-asleep')) one.remove();
  const box = make('div', root), said = make('p', root, { className: 'wb-said' }), why = make('p', root), button = make('button', root, { type: 'button' });
  said.setAttribute('aria-live', 'polite');
  const kind = kinds[told.kind];
  // JupyterLab looks at the focused element itself: its arrow keys would move to the next cell.
  const ours = () => { for (const one of root.querySelectorAll('input, button, [tabindex]')) one.dataset.lmSuppressShortcuts = 'true' };
  const clear = () => { box.replaceChildren(); said.textContent = why.textContent = '' };
  const ask = () => {
    clear();
    const read = kind.ask(box);
    ours();
    button.textContent = 'See';
    button.onclick = () => { const got = read(); if (typeof got === 'string') said.textContent = got; else { keep(got.guess); see(got.guess) } } };
  const see = guess => {
    clear();
    const words = kind.see(box, guess);
    said.textContent = words;
    why.textContent = told.trouble || told.because;
    button.textContent = 'Guess again';
    button.onclick = () => { keep(null); ask(); box.querySelector('input, [tabindex]')?.focus() } };
  const before = load();
  if (before !== null && kind.fits(before)) see(before); else ask();
})(document.currentScript.closest('.wb-guess'));
