// Which cells the kernel has run since it was started, as far as this page knows; and running what is missing first.
import { about } from './desk.js';

const FRESH = ['restarting', 'autorestarting', 'terminating', 'dead'];

export class Seen {
  constructor(desk, panel) {
    Object.assign(this, { desk, panel, cells: new WeakSet() });
    const forget = () => { this.cells = new WeakSet(); };
    panel.sessionContext.kernelChanged.connect(forget);
    panel.sessionContext.statusChanged.connect((_, status) => { if (FRESH.includes(status)) forget(); });
    const note = (_, { notebook, cell, success }) => {
      if (notebook !== panel.content) return;
      if (success) this.cells.add(cell);
      if (about(cell).role === 'check') desk.refresh().catch(() => {}); // also where she ran it herself
    };
    desk.actions.executed.connect(note);
    panel.disposed.connect(() => desk.actions.executed.disconnect(note));
  }

  /** Run cells; before them what the course gives above, and her own answers that they need, unless this kernel has them. */
  async run(cells, needs = []) {
    const { content, sessionContext } = this.panel;
    await sessionContext.ready;
    const above = content.widgets.slice(0, content.widgets.indexOf(cells[0]));
    const isWanted = one => about(one).role === 'given' || needs.includes(about(one).id);
    for (const one of above.filter(one => isWanted(one) && !this.cells.has(one))) {
      await this.desk.actions.runCells(content, [one], sessionContext); // one that fails says so itself, and keeps nothing from being tried
    }
    for (const one of cells) await this.desk.actions.runCells(content, [one], sessionContext);
  }
}
