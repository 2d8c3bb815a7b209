// Pictures turn dark as they do in JupyterLab; folded help opens for print.
(() => {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    const theme = document.body.dataset.theme;
    const isDark = !matchMedia('print').matches && (theme === 'dark' || (theme !== 'light' && dark.matches));
    document.documentElement.setAttribute('data-jp-theme-light', String(!isDark));
  };
  addEventListener('DOMContentLoaded', () => {
    follow();
    new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ['data-theme'] });
    dark.addEventListener('change', follow);
  });
  // A page that was opened as a file may not read the others: search names them, without the lines around the word.
  if (location.protocol === 'file:' && typeof DOCUMENTATION_OPTIONS !== 'undefined') DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = [...document.querySelectorAll('article details:not([open])')];
    opened.forEach(one => { one.open = true });
    document.documentElement.setAttribute('data-jp-theme-light', 'true');
  });
  addEventListener('afterprint', () => { opened.forEach(one => { one.open = false }); opened = []; follow() });
})();
