// JupyterLab's contract with a prebuilt extension, written by hand: no bundler, no node.
// Lab loads this script, calls init(share) with the modules that it shares, then get("./extension") for the plugins.
(() => {
  const here = document.currentScript.src;
  let share = {};

  /** A module of JupyterLab's own, by its name in npm: the one that is loaded already, else the newest. */
  async function lab(name) {
    const offered = Object.entries(share[name] ?? {});
    const newest = ([a], [b]) => b.localeCompare(a, undefined, { numeric: true });
    const found = offered.find(([, one]) => one.loaded) ?? offered.sort(newest)[0];
    if (!found) throw new Error(`this JupyterLab shares no ${name}`);
    return (await found[1].get())();
  }

  (window._JUPYTERLAB ??= {})['twenty-weeks-desk'] = {
    init: given => { share = given; },
    get: async module => {
      if (module === './style') {
        document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: new URL('style.css', here) }));
        return () => ({});
      }
      const { plugins } = await import(new URL('index.js', here)); // plain ES modules from here on
      const made = await plugins(lab);
      return () => ({ __esModule: true, default: made });
    }
  };
})();
