// On an answer: its state, its points, and what can be done about it.
import { OWN_KEYS, about, el, mark, save, toTop } from './desk.js';

const HEADING = /^### (?:Exercise|Studio)\b/m;
const SUMMARY = /<details><summary>(.*?)<\/summary>/g;

export function strip(lesson, cell, id) {
  const { desk, panel, week } = lesson;
  const says = el('span', { class: 'tw-says', role: 'status' });
  const worth = el('span', { class: 'tw-worth' });
  const place = el('span', { class: 'tw-place' });
  const ours = el('div', { class: 'tw-ours', hidden: true });
  const buttons = el('span', { class: 'tw-buttons' });
  const head = el('div', { class: 'tw-strip', role: 'group', 'aria-label': `exercise ${id}` }, place, el('b', {}, id), says, worth, buttons);
  const widget = new desk.Widget({ node: el('div', OWN_KEYS, head, ours) });
  let busy = '', failed = '';

  /** Do something that takes a while, and say so; what goes wrong is told here. */
  const press = (doing, work) => async () => {
    if (busy) return;
    busy = doing;
    failed = '';
    draw();
    try {
      await work();
    } catch (error) {
      failed = error.message;
    } finally {
      busy = '';
      draw();
    }
  };

  const check = el('button', { class: 'tw-button tw-main', onclick: press('checking …', () => runCheck(lesson, cell, id)) }, 'Check');
  const helps = el('span', { class: 'tw-helps' });
  const back = el('button', { class: 'tw-quiet', onclick: press('putting back …', () => putBack(lesson, id)) }, 'Put back');
  const solution = el('button', { class: 'tw-quiet', hidden: true, onclick: press('asking …', () => show(lesson, id, ours)) }, 'Our solution');
  buttons.append(check, helps, back, solution);

  function draw() {
    const exercise = desk.exercise(week, id);
    if (widget.isDisposed || !exercise) return;
    const stale = cell.model.isDirty && cell.model.executionCount ? ' · changed since it ran' : '';
    place.replaceChildren(mark(exercise));
    says.textContent = busy || failed || `${exercise.says}${stale}`;
    worth.textContent = exercise.worth;
    for (const button of [check, back, solution]) button.disabled = Boolean(busy);
    solution.hidden = !exercise.solution;
  }

  const found = helpOf(panel.content, cell);
  if (found.titles.length) {
    const one = (title, n) => el('button', {
      class: 'tw-quiet', title, 'aria-label': `Help ${n + 1}: ${title}`, onclick: () => unfold(panel.content, cell, n)
    }, String(n + 1));
    helps.append('Help ', ...found.titles.map(one));
  }
  desk.follow(widget, draw);
  draw();
  cell.model.stateChanged.connect(draw);
  return widget;
}

/** Run the answer, then its check: never on an older answer. */
async function runCheck({ desk, panel, seen, week }, cell, id) {
  const notebook = panel.content;
  const target = notebook.widgets.find(one => about(one).role === 'check' && about(one).id === `check_${id}`);
  if (!target) throw new Error('its check is not in this notebook any more: workbook update brings it back');
  await seen.run([cell, target], desk.exercise(week, id)?.needs ?? []);
  await save(panel.context);
  await desk.refresh();
  target.node.scrollIntoView({ block: 'nearest' });
}

/** The text above an answer that has its folded help: which cell, how many folds come before, and the titles. */
function helpOf(notebook, cell) {
  for (let index = notebook.widgets.indexOf(cell) - 1; index >= 0; index--) {
    const { model } = notebook.widgets[index];
    if (model.type !== 'markdown') break;
    const text = model.sharedModel.getSource(), heading = text.search(HEADING);
    if (heading < 0) continue;
    const titles = [...text.slice(heading).matchAll(SUMMARY)].map(found => found[1]);
    return { index, titles, before: [...text.slice(0, heading).matchAll(SUMMARY)].length };
  }
  return { index: -1, titles: [], before: 0 };
}

/** Unfold a step of the help and go there; its place is looked up anew, since cells move. */
async function unfold(notebook, cell, n) {
  const { index, before } = helpOf(notebook, cell);
  if (index < 0) return;
  const find = node => node.querySelectorAll('details')[before + n];
  await toTop(notebook, index, node => {
    const fold = find(node);
    if (fold) fold.open = true;
    return fold;
  });
  find(notebook.widgets[index].node)?.querySelector('summary')?.focus();
}

/** Put the answer back as it was released; asked first, and a copy of the notebook is kept. */
async function putBack({ desk, panel, week }, id) {
  const body = `Your answer to ${id} goes, and the cell is as it was released. A copy of your notebook as it is now is kept in backups.`;
  if (!await desk.sure(`Put ${id} back?`, body, 'Put back')) return;
  await save(panel.context);
  const told = await desk.ask('workbook/reset', { week, exercise: id });
  if (told.refused) throw new Error(told.refused);
  await panel.context.revert();
  await desk.open(week, id);
}

/** Our solution under the strip: one that is open already, else after she has agreed to what opening costs. */
async function show({ desk, week }, id, place) {
  if (!place.hidden) {
    place.hidden = true;
    return;
  }
  const about = { week, exercise: id };
  let told = await desk.ask('workbook/solution', about);
  if (told.asks) {
    if (!await desk.sure(`Open our solution of ${id}?`, told.asks, 'Open it')) return;
    told = await desk.ask('workbook/solution', { ...about, sure: true });
  }
  if (told.refused) throw new Error(told.refused);
  place.replaceChildren(el('p', {}, `Our solution of ${id}`), el('pre', { tabindex: '0' }, told.solution));
  place.hidden = false;
  place.scrollIntoView({ block: 'nearest' });
  await desk.refresh();
}
