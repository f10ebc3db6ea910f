/* The page of a sensor: asks every few seconds whether it has posted, and turns green when the first post has come.
   It says so when it can ask no longer: the session has ended, the sensor is gone. */
(function () {
  "use strict";
  var EVERY = 3000;
  var notice = document.querySelector("[data-arb-state]");
  if (!notice) return;
  var words = notice.querySelector("span");
  var icon = notice.querySelector("i");
  var heading = document.querySelector("[data-arb-name]");

  function ended(text, action, address) {
    notice.className = "arb-notice arb-warning mt-4";
    notice.setAttribute("role", "alert");
    icon.className = "bi bi-exclamation-triangle-fill";
    words.textContent = text + " ";
    var link = document.createElement("a");
    link.href = address;
    link.textContent = action;
    words.appendChild(link);
  }

  function show(state) {
    if (!state.heard) return;
    notice.className = "arb-notice arb-success mt-4";
    icon.className = "bi bi-check-circle";
    var text = "Newest values: " + (state.values || "no numbers") + ", " + state.age + ".";
    if (words.textContent !== text) words.textContent = text;
    heading.textContent = heading.getAttribute("data-arb-name") + " was last heard " + state.age + ".";
    document.querySelectorAll("[data-arb-once-heard]").forEach(function (element) {
      element.hidden = false;
    });
  }

  function ask() {
    window
      .fetch(notice.getAttribute("data-arb-state"), { headers: { Accept: "application/json" }, redirect: "manual" })
      .then(function (answer) {
        if (answer.type === "opaqueredirect" || answer.status === 401) {
          return ended(
            "Your session has ended: what you see is no longer kept up to date for you.",
            "Log in again",
            "/sensors/users/login?next=" + encodeURIComponent(window.location.pathname)
          );
        }
        if (answer.status === 404 || answer.status === 403) {
          return ended("This sensor is no longer yours, or no longer there.", "See your sensors", "/sensors");
        }
        return (answer.ok ? answer.json().then(show) : Promise.resolve()).then(again);
      })
      .catch(again);
  }

  function again() {
    window.setTimeout(ask, EVERY);
  }

  again();
})();
