/* When a part of the page cannot be brought up to date, the page says so: what happened, what was kept, what to try,
   and the reference that is also in the log.  Dash by itself would leave a dead graph.  The notice goes when that part
   is answered again; an ended session is session.js's. */
(function () {
  "use strict";
  var fetched = window.fetch;
  var failing = new Map(); // the outputs of a callback -> what is wrong with it
  var AWAY = "The site cannot be reached. It is asked again by itself.";
  var KEPT = "The last answer stays on the page, your choices stay as they are, and nothing that was stored is lost.";

  function outputs(options) {
    try {
      return JSON.parse(options.body).output;
    } catch (unreadable) {
      return "";
    }
  }

  function element(name, text, css) {
    var made = document.createElement(name);
    made.textContent = text;
    if (css) made.className = css;
    return made;
  }

  function show() {
    var main = document.getElementById("content");
    var shown = document.querySelector("[data-arb-trouble]");
    var wrong = Array.from(failing.values()).pop();
    if (shown && (!wrong || shown.getAttribute("data-arb-trouble") !== wrong.said)) {
      shown.remove();
      shown = null;
    }
    if (!wrong || !main) return;
    if (shown) {
      shown.querySelector("[data-arb-reference]").textContent = wrong.reference;
      return;
    }
    var notice = element("div", "", "arb-notice arb-danger mb-4");
    notice.setAttribute("role", "alert");
    notice.setAttribute("data-arb-trouble", wrong.said);
    var icon = element("i", "", "bi bi-exclamation-octagon-fill");
    icon.setAttribute("aria-hidden", "true");
    var words = document.createElement("span");
    var again = element("a", "Load the page again");
    again.href = window.location.href;
    again.addEventListener("click", function (event) {
      event.preventDefault();
      window.location.reload();
    });
    words.append(
      element("strong", "Part of this page could not be brought up to date."),
      " " + wrong.said + " " + KEPT + " ",
      again
    );
    if (wrong.reference) {
      words.append(", and if it comes back, tell the webmaster the reference ");
      var reference = element("code", wrong.reference, "arb-code");
      reference.setAttribute("data-arb-reference", "");
      words.append(reference);
    } else {
      var none = element("span", "");
      none.setAttribute("data-arb-reference", "");
      words.append(none);
    }
    words.append(".");
    notice.append(icon, words);
    main.insertBefore(notice, main.firstChild);
  }

  function wrong(output, said, reference) {
    failing.delete(output); // the newest is last
    failing.set(output, { said: said, reference: reference || "" });
    show();
  }

  function judge(output, answer) {
    if (answer.ok) {
      if (failing.delete(output)) show();
    } else if (answer.status !== 401 && !answer.headers.get("X-Page-Too-Old")) {
      answer
        .clone()
        .json()
        .catch(function () {
          return {}; // the web server's own page, while the site behind it is away
        })
        .then(function (told) {
          wrong(output, told.error || AWAY, told.reference);
        });
    }
  }

  window.fetch = function (resource, options) {
    var address = typeof resource === "string" ? resource : (resource && resource.url) || "";
    var asked = fetched.apply(this, arguments);
    if (address.indexOf("/_dash-update-component") < 0) return asked;
    var output = outputs(options);
    return asked.then(
      function (answer) {
        judge(output, answer);
        return answer;
      },
      function (refused) {
        if (refused.name !== "AbortError") wrong(output, AWAY, "");
        throw refused;
      }
    );
  };

  // Another page has other parts: what was wrong with those of the last one no longer matters.
  window.addEventListener("_dashprivate_pushstate", function () {
    failing.clear();
    show();
  });
})();
