/* A page left open over a session that has ended says so, instead of going stale: Dash shows nothing by itself. */
(function () {
  "use strict";
  var fetched = window.fetch;
  var signedIn = false;
  var told = false;

  function tell(text, action, address) {
    var main = document.getElementById("content");
    if (told || !main) return;
    told = true;
    var notice = document.createElement("p");
    notice.className = "arb-notice arb-warning mb-4";
    notice.setAttribute("role", "alert");
    notice.setAttribute("data-arb-ended", "");
    var icon = document.createElement("i");
    icon.className = "bi bi-exclamation-triangle-fill";
    icon.setAttribute("aria-hidden", "true");
    var words = document.createElement("span");
    words.textContent = text + " ";
    var link = document.createElement("a");
    link.href = address;
    link.textContent = action;
    words.appendChild(link);
    notice.append(icon, words);
    main.insertBefore(notice, main.firstChild);
  }

  function loginAddress() {
    return "/sensors/users/login?next=" + encodeURIComponent(window.location.pathname + window.location.search);
  }

  window.fetch = function () {
    return fetched.apply(this, arguments).then(function (answer) {
      if (answer.url.indexOf("/_dash-update-component") >= 0) {
        var said = answer.headers.get("X-Signed-In");
        if (answer.status === 401 || (signedIn && said === "no")) {
          tell("Your session has ended: what you see is no longer kept up to date for you.", "Log in again", loginAddress());
        } else if (answer.headers.get("X-Page-Too-Old")) {
          tell("This page is too old to be kept up to date.", "Load it again", window.location.href);
        }
        signedIn = signedIn || said === "yes";
      }
      return answer;
    });
  };
})();
