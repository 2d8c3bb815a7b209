// A row of sliders, choices and tick boxes: the same in a live picture and in a saved one.
// controls: {label, kind, shown: [texts], start, have: positions that can be chosen (all, if it is not there)}
const controlRow = (row, controls, moved) => controls.map((c, i) => {
  const have = c.have || c.shown.map((_, k) => k), label = document.createElement('label');
  const input = document.createElement(c.kind == 'choice' ? 'select' : 'input'), out = document.createElement('output');
  const name = document.createElement('span');
  name.textContent = c.label;
  input.setAttribute('aria-label', c.label);  // without the value, which is told by itself
  input.dataset.lmSuppressShortcuts = 'true';  // JupyterLab's own keys are for what has the focus, not for what is around it
  if (c.kind == 'tick') input.type = 'checkbox';
  else if (c.kind == 'choice') for (const k of have) input.add(new Option(c.shown[k], k));
  else Object.assign(input, { type: 'range', min: 0, max: have.length - 1, step: 1 });
  const chosen = () => c.kind == 'tick' ? +input.checked : c.kind == 'choice' ? +input.value : have[+input.value];
  input.addEventListener(c.kind == 'range' ? 'input' : 'change', () => { tell(chosen()); moved(i, chosen()) });
  input.disabled = have.length < 2;
  const tell = k => {
    if (c.kind == 'tick') input.checked = !!k;
    else if (c.kind == 'choice') input.value = k;
    else { input.value = have.indexOf(k); input.setAttribute('aria-valuetext', c.shown[k]); out.textContent = c.shown[k] }
  };
  label.append(name, input);
  if (c.kind == 'range') label.append(out);
  row.append(label);
  tell(c.start);
  return tell;
});
