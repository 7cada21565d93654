// Tells the browser and screen readers the page's language and direction, which Streamlit leaves at English.
(() => {
  const reading = document.getElementById("reading");
  if (!reading) return;
  document.documentElement.lang = reading.dataset.lang;
  document.documentElement.dir = reading.dataset.dir;
})();
