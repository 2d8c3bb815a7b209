// In a lesson: each cell gets its role as a class, answers a strip. Nothing is written into the notebook.
import { OWN_KEYS, about, el } from './desk.js';
import { Seen } from './seen.js';
import { strip } from './strip.js';
import { tryIt } from './tryit.js';

const LOCKED = 'This cell is the course’s, and locked. Yours are the ones with the pencil; B gives you a new cell below.';
const TYPES = ['Backspace', 'Delete', 'Enter'];

export function decorate(desk, panel, week) {
  const notebook = panel.content;
  const lesson = { desk, panel, week, seen: new Seen(desk, panel) };
  const done = new WeakSet();
  const all = () => {
    for (const cell of notebook.widgets) {
      if (done.has(cell)) continue;
      done.add(cell);
      dress(lesson, cell);
    }
  };
  all();
  const later = () => requestAnimationFrame(() => notebook.isDisposed || all());
  notebook.modelContentChanged?.connect(later);
  notebook.model.cells.changed.connect(later);
}

function dress(lesson, cell) {
  const { role, id } = about(cell);
  if (!role) return;
  cell.addClass(`tw-${role}`);
  if (cell.model.getMetadata('editable') === false) {
    cell.addClass('tw-locked');
    cell.node.addEventListener('keydown', event => tellLocked(event, cell), true);
  }
  cell.ready.then(() => {
    if (cell.isDisposed) return;
    if (role === 'answer' || role === 'studio') cell.layout.insertWidget(0, strip(lesson, cell, id)); // as Lab's own cell toolbar
    if (role === 'check') tryIt(lesson, cell);
    if (role === 'show') cell.layout.insertWidget(0, eye(lesson, cell));
  });
}

/** Over a show cell, whose code the style sheet folds away: a button to run it, another to read the code. */
function eye({ desk, panel, seen }, cell) {
  const run = el('button', { class: 'tw-button', onclick: () => seen.run([cell]) }, '▸ Show');
  const code = el('button', { class: 'tw-link', 'aria-expanded': 'false', onclick: () => {
    const shown = cell.node.classList.toggle('tw-source');
    cell.syncCollapse = false; // what is looked at is nobody's business: nothing of it goes into the file
    cell.inputHidden = !shown;
    cell.syncCollapse = true;
    code.textContent = shown ? 'hide the code' : 'the code';
    code.setAttribute('aria-expanded', String(shown));
  } }, 'the code');
  const draw = () => { run.hidden = Boolean(cell.model.executionCount || cell.model.outputs?.length); };
  draw();
  cell.model.stateChanged.connect(draw);
  cell.model.outputs?.changed.connect(draw);
  return new desk.Widget({ node: el('div', { class: 'tw-eye', ...OWN_KEYS }, run, code) });
}

/** Say why nothing happens, where somebody types into a cell that is locked. */
function tellLocked(event, cell) {
  const types = event.key.length === 1 || TYPES.includes(event.key);
  const isEditor = event.target.closest?.('.cm-editor');
  const isCommand = event.ctrlKey || event.metaKey || event.altKey || (event.key === 'Enter' && event.shiftKey);
  if (!types || !isEditor || isCommand || cell.node.querySelector(':scope > .tw-why')) return;
  const why = el('div', { class: 'tw-why', role: 'status' }, LOCKED);
  cell.node.prepend(why);
  setTimeout(() => why.remove(), 8000);
}
