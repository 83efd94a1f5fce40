// Brings a page's charts to life when the reader asks for it: Plotly is large, and a picture is there without it.
for (const figure of document.querySelectorAll("figure[data-plotly]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Explore this chart";
  button.addEventListener("click", () => explore(figure, button));
  figure.append(button);
}

let library;

async function explore(figure, button) {
  button.disabled = true;
  button.textContent = "Loading …";
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "assets/plotly.js";
    script.onload = resolve;
    script.onerror = () => reject(new Error("the chart's library could not be loaded"));
    document.head.append(script);
  });
  try {
    await library;
  } catch (error) {
    library = undefined;
    button.disabled = false;
    button.textContent = `Try again: ${error.message}`;
    return;
  }
  const image = figure.querySelector("img");
  const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
  const place = document.createElement("div");
  place.className = "chart";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", image.alt);
  image.replaceWith(place);
  button.remove();
  const size = { autosize: true, width: undefined, height: layout.height ?? 400 };
  await Plotly.newPlot(place, data, { ...layout, ...size }, { responsive: true, displaylogo: false });
}
