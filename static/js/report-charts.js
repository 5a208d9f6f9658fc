// Charts of reports, as SVG in a left-to-right box: what they show comes from the page as numbers and words, colours
// from the tokens. The part that may still grow is hatched; in a right-to-left page time runs from the right.
(() => {
  "use strict";
  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const card = (id) => document.getElementById(`chart-${id}`);
  const told = (id) => JSON.parse(card(id).querySelector("script[type='application/json']").textContent);
  const isRtl = () => document.documentElement.dir === "rtl";

  function hatch(colour, ground, gap = 4) {
    return { symbol: "rect", color: ground, backgroundColor: colour, dashArrayX: [1, 0], dashArrayY: [2, gap], rotation: -Math.PI / 4 };
  }

  function drawn(one) {
    const colour = token(one.colour);
    if (one.kind === "line") {
      return {
        name: one.name, type: "line", data: one.values, connectNulls: false, symbol: one.dashed ? "none" : "circle", symbolSize: 8,
        lineStyle: { color: colour, width: one.dashed ? 1.5 : 2.5, type: one.dashed ? "dashed" : "solid" }, itemStyle: { color: colour },
      };
    }
    return {
      name: one.name, type: "bar", data: one.values, stack: one.stack || null, barMaxWidth: 32,
      itemStyle: { color: colour, ...(one.hatched && { decal: hatch(colour, token("--lost-tint")) }) },
    };
  }

  // A bar of full width on an axis of its own: a markArea lands one band off on an inverted axis.
  function unfinished(chart) {
    if (!chart.unfinished) return [];
    const [first, last] = chart.unfinished;
    return [{
      type: "bar", xAxisIndex: 1, yAxisIndex: 1, barWidth: "100%", silent: true, tooltip: { show: false }, z: 0,
      data: chart.categories.map((_, n) => (n >= first && n <= last ? 1 : 0)),
      itemStyle: { color: "transparent", decal: { ...hatch("transparent", token("--line2"), 6) } },
    }];
  }

  function goal(chart) {
    if (chart.goal === null) return [];
    return [{
      type: "line", data: chart.categories.map(() => chart.goal), symbol: "none", silent: true, tooltip: { show: false }, z: 1,
      lineStyle: { color: token("--ink"), width: 1 },
    }];
  }

  function tip(chart, index) {
    const node = document.createElement("div");
    node.className = "chart-tip";
    node.dir = document.documentElement.dir;
    node.append(Object.assign(document.createElement("b"), { textContent: chart.categories[index] }));
    for (const one of chart.series) {
      const value = one.values[index];
      const line = document.createElement("span");
      const figure = Object.assign(document.createElement("bdi"), { dir: "ltr", textContent: value === null ? "–" : `${value}${chart.unit}` });
      line.append(`${one.name} `, figure);
      node.append(line);
    }
    if (chart.goal !== null) node.append(Object.assign(document.createElement("span"), { textContent: chart.goal_words }));
    return node;
  }

  function option(chart) {
    const rtl = isRtl();
    const text = { color: token("--ink3"), fontSize: 11.5, fontFamily: token("--tblr-font-sans-serif") };
    const lines = chart.series.every((one) => one.kind === "line");
    const long = chart.categories.some((category) => category.length > 14);
    return {
      animation: false,
      aria: { enabled: true, label: { description: `${chart.title}: ${chart.series.map((one) => `${one.name} ${chart.categories.map((category, n) => `${category} ${one.values[n] ?? "–"}`).join(", ")}`).join("; ")}` } },
      grid: { left: 8, right: 8, top: 14, bottom: 4, containLabel: true },
      tooltip: {
        trigger: "axis", confine: true, backgroundColor: token("--sheet"), borderColor: token("--line2"), textStyle: { color: token("--ink") },
        axisPointer: { type: lines ? "line" : "shadow", z: -1 }, formatter: (points) => tip(chart, points[0].dataIndex),
      },
      xAxis: [
        {
          type: "category", data: chart.categories, inverse: rtl, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line2") } },
          axisLabel: { ...text, hideOverlap: true, ...(long && { width: 110, overflow: "truncate" }) },
        },
        { type: "category", data: chart.categories, inverse: rtl, show: false, axisLabel: { show: false } },
      ],
      yAxis: [
        {
          type: "value", splitNumber: 4, interval: chart.unit === "%" && !lines ? 25 : null, position: rtl ? "right" : "left", max: chart.unit === "%" ? 100 : null,
          min: lines ? (range) => Math.max(0, Math.floor((range.min - 5) / 10) * 10) : 0,
          minInterval: chart.unit ? null : 1, axisLabel: { ...text, formatter: `{value}${chart.unit === "%" ? " %" : ""}` },
          axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: token("--line") } },
        },
        { type: "value", min: 0, max: 1, show: false, axisLabel: { show: false } },
      ],
      series: [...unfinished(chart), ...goal(chart), ...chart.series.map(drawn)],
    };
  }

  function draw(box) {
    const place = card(box.dataset.reportChart);
    place.classList.add("is-drawn");
    if (place.classList.contains("as-table")) return;
    const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "svg" });
    chart.resize();
    chart.setOption(option(told(box.dataset.reportChart)), { notMerge: true });
  }

  const drawAll = () => document.querySelectorAll("[data-report-chart]").forEach(draw);
  document.addEventListener("themechange", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-report-table]");
    if (!button) return;
    const place = card(button.dataset.reportTable);
    button.setAttribute("aria-pressed", place.classList.toggle("as-table"));
    place.querySelectorAll("[data-report-chart]").forEach(draw);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) document.querySelector("[data-close-panel]")?.click();
  });
  let waits = 0;
  addEventListener("resize", () => {
    clearTimeout(waits);
    waits = setTimeout(drawAll, 120);
  });
  document.fonts.ready.then(drawAll);
})();
