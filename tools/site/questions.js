// Makes buttons of a question's choices. Pressing one says whether it is right, and opens the answer; without this script the answer
// is opened by hand.
for (const question of document.querySelectorAll("[data-right]")) {
  const { right } = question.dataset;
  const list = question.querySelector(".choices"), answer = question.querySelector("details");
  const said = document.createElement("p");
  said.className = "said";
  said.setAttribute("role", "status");
  list.after(said);
  const buttons = [...list.children].map((item, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.letter = "abcde"[i];
    button.setAttribute("aria-pressed", "false");
    button.append(...item.childNodes);
    item.append(button);
    return button;
  });
  for (const chosen of buttons) {
    chosen.addEventListener("click", () => {
      for (const button of buttons) {
        const isChosen = button === chosen, isRight = button.dataset.letter === right;
        button.setAttribute("aria-pressed", String(isChosen));
        button.className = isRight ? "right" : isChosen ? "wrong" : "";
      }
      said.textContent = chosen.dataset.letter === right ? "Right." : `No, it is ${right}.`;
      answer.open = true;
    });
  }
}
