// The plugin. What it uses of JupyterLab is named here, in desk.js and in lesson.js, so that a new version is few places to look at.
import { Desk, noteSaves } from './desk.js';
import { makeHome } from './home.js';
import { decorate } from './lesson.js';
import { handInButton } from './handin.js';

const HOME = 'twenty-weeks:home';

export async function plugins(lab) {
  const { INotebookTracker, NotebookActions } = await lab('@jupyterlab/notebook');
  const { ICommandPalette, Dialog, showDialog } = await lab('@jupyterlab/apputils');
  const { ServerConnection } = await lab('@jupyterlab/services');
  const { Widget } = await lab('@lumino/widgets');

  return [{
    id: 'twenty-weeks-desk:plugin',
    description: 'The desk: Home, the exercise’s strip, Hand in.',
    autoStart: true,
    requires: [INotebookTracker],
    optional: [ICommandPalette],
    activate: (app, tracker, palette) => {
      const { serverSettings: settings, contents } = app.serviceManager;
      const ask = async (path, body) => {
        const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
        const answer = await ServerConnection.makeRequest(settings.baseUrl + path, init, settings);
        if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
        return answer.json();
      };
      /** Ask her before something is done; whether she agrees. */
      const sure = async (title, body, label) => {
        const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label })];
        return (await showDialog({ title, body, buttons, defaultButton: 0 })).button.accept;
      };
      const desk = new Desk({ app, actions: NotebookActions, Widget, ask, sure });
      const ready = desk.refresh().catch(() => null); // no course here, or no server part: all stays as JupyterLab is

      let home = null;
      const showHome = () => {
        if (!home || home.isDisposed) home = makeHome(desk);
        if (!home.isAttached) {
          const first = [...app.shell.widgets('main')][0];
          app.shell.add(home, 'main', first ? { mode: 'tab-before', ref: first.id } : {});
        }
        app.shell.activateById(home.id);
      };
      Promise.all([ready, app.restored]).then(([state]) => {
        if (!state?.weeks.length) return;
        app.commands.addCommand(HOME, { label: 'Home: the weeks', execute: showHome });
        palette?.addItem({ command: HOME, category: 'Workbook' });
        if (!/\/tree\//.test(location.pathname)) showHome();
      });

      const adopt = async (_, panel) => {
        await panel.context.ready;
        const week = panel.content.model?.getMetadata('autograder')?.week;
        const state = await ready;
        const known = state?.weeks.some(one => one.week === week) && contents.localPath(panel.context.path) === desk.pathOf(week);
        if (!known || panel.isDisposed) return; // somebody's own notebook, or a copy: untouched
        noteSaves(panel.context);
        panel.addClass('tw-lesson');
        panel.toolbar.insertItem(0, 'tw-hand-in', handInButton(desk, panel, week, () => app.commands.execute(HOME)));
        decorate(desk, panel, week);
      };
      tracker.forEach(panel => adopt(null, panel));
      tracker.widgetAdded.connect(adopt);
    }
  }];
}
