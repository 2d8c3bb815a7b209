// On a check card: a button that puts the call that breaks into a new cell below, runs it there, and lets her go on with it.
import { OWN_KEYS, el } from './desk.js';

/** Give each call of a check's card its button, also where JupyterLab draws the output anew. */
export function tryIt(lesson, cell) {
  const dress = () => {
    for (const call of cell.node.querySelectorAll('.wb-try')) {
      if (call.nextElementSibling?.classList.contains('tw-tryit')) continue;
      const press = () => inNewCell(lesson, cell, call.textContent);
      call.after(el('span', { class: 'tw-tryit', ...OWN_KEYS }, el('button', { class: 'tw-button', onclick: press }, 'Try it in a new cell')));
    }
  };
  const watch = new MutationObserver(dress);
  watch.observe(cell.node, { childList: true, subtree: true });
  cell.disposed.connect(() => watch.disconnect());
  dress();
}

/** A cell of hers below the check, with the call in it; one that stands there already is run again. */
async function inNewCell({ desk, panel, seen }, check, code) {
  const notebook = panel.content, at = notebook.widgets.indexOf(check);
  const source = () => notebook.widgets[at + 1]?.model.sharedModel.getSource();
  notebook.activeCellIndex = at;
  if (source() === code) notebook.activeCellIndex = at + 1;
  else {
    desk.actions.insertBelow(notebook);
    notebook.activeCell.model.sharedModel.setSource(code);
  }
  const mine = notebook.activeCell;
  await seen.run([mine]);
  notebook.activeCellIndex = notebook.widgets.indexOf(mine);
  await notebook.scrollToItem(notebook.activeCellIndex, 'smart').catch(() => {});
  notebook.activate();
}
