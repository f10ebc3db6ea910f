/* Copies a key or a command: a button with data-arb-copy="ID" beside the element of that id. */
(function () {
  "use strict";

  function copied(button) {
    var before = button.textContent;
    button.textContent = "Copied";
    window.setTimeout(function () {
      button.textContent = before;
    }, 2000);
  }

  function marked(element) {
    // Without the clipboard (plain http) the text is at least marked, ready for Ctrl-C.
    var range = document.createRange();
    range.selectNodeContents(element);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand && document.execCommand("copy");
  }

  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element && event.target.closest("[data-arb-copy]");
    if (!button) return;
    var element = document.getElementById(button.getAttribute("data-arb-copy"));
    if (window.navigator.clipboard) {
      window.navigator.clipboard.writeText(element.textContent).then(
        function () {
          copied(button);
        },
        function () {
          marked(element);
        }
      );
    } else if (marked(element)) {
      copied(button);
    }
  });
})();
