// Brings the charts of a page to life. A picture of each is there already, for whoever has no script; a figure that says
// data-plotly="now" is drawn at once, the others when the reader asks for it, for Plotly is large.

/** It is handed over as text, and must not refer to anything outside. */
export function charts() {
  const NARROW = 560;

  const here = new URL(".", document.currentScript.src);
  let library;

  function loadPlotly() {
    return library ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL("plotly.min.js", here);
      script.onload = resolve;
      script.onerror = () => {
        library = undefined;
        script.remove();
        reject(new Error("the chart's library could not be loaded"));
      };
      document.head.append(script);
    });
  }

  /** The figure as it fits into so many pixels. */
  function arranged(json, width) {
    const { data, layout } = JSON.parse(json);
    const { narrow, aspect } = layout.meta ?? {};
    // The title stands above, in HTML, where it breaks into lines.
    delete layout.title;
    delete layout.width;
    const margin = layout.margin = { ...layout.margin, t: 30 };
    if (width < NARROW) Object.assign(margin, { l: Math.min(margin.l, 45), r: 10 });
    if (narrow && width < NARROW) {
      layout.height = narrow.height;
      for (const [axis, domain] of Object.entries(narrow.domains)) layout[axis].domain = domain;
      data.forEach((trace, i) => Object.assign(trace.colorbar ?? {}, narrow.colorbars[i]));
    } else if (aspect) {
      const bar = data.some((trace) => trace.colorbar) ? 70 : 0;
      const room = width - margin.l - margin.r - bar;
      layout.height = Math.round(Math.min(layout.height, aspect * room + 40 + margin.t + margin.b));
    }
    // The buttons above would lie on the legend; fingers need none.
    const config = { displaylogo: false, displayModeBar: width < NARROW ? false : "hover" };
    return { data, layout: { ...layout, autosize: true }, config };
  }

  async function draw(figure) {
    await loadPlotly();
    const picture = figure.querySelector("img, svg");
    const json = figure.querySelector("script").textContent;
    const { title } = JSON.parse(json).layout.meta ?? {};
    const place = document.createElement("div");
    place.className = "chart";
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", picture.getAttribute("alt") ?? picture.getAttribute("aria-label"));
    if (title) {
      const caption = document.createElement("figcaption");
      caption.textContent = title;
      figure.prepend(caption);
    }
    picture.replaceWith(place);
    let width = 0;
    await new Promise((drawn) =>
      new ResizeObserver(async () => {
        if (place.clientWidth === width) return;
        width = place.clientWidth;
        const { data, layout, config } = arranged(json, width);
        await Plotly.react(place, data, layout, config);
        drawn();
      }).observe(place)
    );
  }

  for (const figure of document.querySelectorAll("figure[data-plotly]")) {
    if (figure.dataset.plotly === "now") {
      // Without the library, the picture stays.
      draw(figure).catch(() => {});
      continue;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Explore this chart";
    button.addEventListener("click", async () => {
      button.disabled = true;
      button.textContent = "Loading …";
      try {
        await draw(figure);
        button.remove();
      } catch (error) {
        button.disabled = false;
        button.textContent = `Try again: ${error.message}`;
      }
    });
    figure.append(button);
  }
}
