/* The page of a sensor: asks every few seconds whether it has posted, and turns green when the first post has come. */
(function () {
  "use strict";
  var EVERY = 3000;
  var notice = document.querySelector("[data-arb-state]");
  if (!notice) return;
  var words = notice.querySelector("span");
  var icon = notice.querySelector("i");

  function ended() {
    notice.className = "arb-notice arb-warning";
    icon.className = "bi bi-exclamation-triangle-fill";
    words.textContent = "Your session has ended, and this page no longer changes: load it again to log in.";
  }

  function show(state) {
    if (state.heard) {
      notice.className = "arb-notice arb-success";
      icon.className = "bi bi-check-circle";
      words.textContent = "Newest values: " + (state.values || "no numbers") + ", " + state.age + ".";
    }
  }

  function ask() {
    window
      .fetch(notice.getAttribute("data-arb-state"), { headers: { Accept: "application/json" }, redirect: "manual" })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 401) return ended();
        return (answer.ok ? answer.json().then(show) : Promise.resolve()).then(again);
      })
      .catch(again);
  }

  function again() {
    window.setTimeout(ask, EVERY);
  }

  again();
})();
