// Runs before the first paint, so that a chosen theme does not flash up in the
// other one. Without a choice the system decides.
(() => {
  const choice = localStorage.getItem('theme');
  if (choice === 'light' || choice === 'dark') document.documentElement.dataset.theme = choice;
})();
