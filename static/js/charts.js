// Calls or deliveries by hour: stacked bars as SVG in a left-to-right box. Colours come from the tokens and follow the theme; after
// `complete until` the hour is hatched; in a right-to-left page time runs from the right (DESIGN, Charts, RTL).
(() => {
  "use strict";
  const SERIES = {
    hours: [
      { name: "answered", colour: "--ok-solid" },
      { name: "left", colour: "--flow-solid" },
      { name: "abandoned", colour: "--lost-solid", hatched: true },
      { name: "other", colour: "--fail-solid" },
      { name: "before", colour: "--ink3", line: true },
    ],
    deliveries: [
      { name: "understood", colour: "--ok-solid" },
      { name: "waiting", colour: "--miss-solid" },
      { name: "again", colour: "--fail-solid" },
      { name: "unread", colour: "--lost-solid", hatched: true },
    ],
  };
  const hidden = new Set();

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const rows = (box) => JSON.parse(document.getElementById(box.dataset.source).textContent);
  const word = (box, name) => box.dataset[`word${name[0].toUpperCase()}${name.slice(1)}`];
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const present = (box, data) => SERIES[box.dataset.chart].filter((one) => data.some((row) => row[one.name]));

  function hatch(colour, ground) {
    return { symbol: "rect", color: ground, backgroundColor: colour, dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4 };
  }

  function tip(box, row) {
    const node = document.createElement("div");
    node.className = "chart-tip";
    node.dir = document.documentElement.dir;
    const head = document.createElement("b");
    head.textContent = row.hour;
    node.append(head);
    for (const one of present(box, rows(box))) {
      const line = document.createElement("span");
      line.textContent = `${word(box, one.name)} ${row[one.name]}`;
      node.append(line);
    }
    return node;
  }

  // Where the hour of `complete until` stands among the bars: its index and the part of it that has passed.
  function edge(box, data) {
    const found = /^(\d\d):(\d\d)$/.exec(box.dataset.completeUntil || "");
    if (!found) return null;
    const index = data.findIndex((row) => row.hour.startsWith(`${found[1]}:`));
    return index < 0 ? null : { index, part: Number(found[2]) / 60 };
  }

  // With a gutter the bars stand over the columns of a table beneath, whose row heads are as wide.
  function grid(box, rtl) {
    const gutter = Number(box.dataset.gutter);
    if (!gutter) return { left: 8, right: 8, top: 14, bottom: 4, containLabel: true };
    return { left: rtl ? 0 : gutter, right: rtl ? gutter : 0, top: 14, bottom: 22, containLabel: false };
  }

  function option(box) {
    const data = rows(box);
    const rtl = document.documentElement.dir === "rtl";
    const text = { color: token("--ink3"), fontSize: 11.5, fontFamily: token("--tblr-font-sans-serif") };
    const limit = edge(box, data);
    const hours = data.map((row) => row.hour);
    const line = (one) => ({
      name: one.name, type: "line", step: "middle", symbol: "none", data: hidden.has(one.name) ? [] : data.map((row) => row[one.name]),
      lineStyle: { color: token(one.colour), width: 1.5, type: "dashed" }, itemStyle: { color: token(one.colour) },
    });
    const bars = present(box, data).map((one) => one.line ? line(one) : ({
      name: one.name,
      type: "bar",
      stack: "calls",
      barMaxWidth: 32,
      silent: false,
      data: hidden.has(one.name) ? data.map(() => 0) : data.map((row) => row[one.name]),
      itemStyle: { color: token(one.colour), ...(one.hatched && { decal: hatch(token(one.colour), token("--lost-tint")) }) },
    }));
    return {
      animation: false,
      aria: { enabled: true, label: { description: summary(box, data) } },
      grid: grid(box, rtl),
      tooltip: {
        trigger: "axis", confine: true, backgroundColor: token("--sheet"), borderColor: token("--line2"),
        textStyle: { color: token("--ink") }, axisPointer: { type: "shadow", z: -1, shadowStyle: { color: token("--hover"), opacity: 0.6 } },
        formatter: (points) => tip(box, data[points[0].dataIndex]),
      },
      xAxis: [
        { type: "category", data: hours, inverse: rtl, axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line2") } }, axisLabel: text },
        { type: "category", data: hours, inverse: rtl, show: false, position: "bottom", axisLabel: { show: false } },
        { type: "value", min: 0, max: hours.length, inverse: rtl, show: false, position: "bottom", axisLabel: { show: false } },
      ],
      yAxis: [
        { type: "value", minInterval: 1, splitNumber: 4, position: rtl ? "right" : "left", axisLabel: text, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: token("--line") } } },
        { type: "value", min: 0, max: 1, show: false, position: rtl ? "right" : "left", axisLabel: { show: false } },
      ],
      series: [...unfinished(box, limit, hours.length), ...bars],
    };
  }

  // The hatch is a bar of full width on an axis of its own: a markArea lands one band off on an inverted axis.
  function unfinished(box, limit, length) {
    if (!limit) return [];
    const at = limit.index + limit.part;
    const rtl = document.documentElement.dir === "rtl";
    // The word stands behind the line where there is room for it, else before it.
    const onTheRight = (rtl ? length - at : at) / length < 0.75;
    return [
      {
        type: "bar", xAxisIndex: 1, yAxisIndex: 1, barWidth: "100%", silent: true, tooltip: { show: false }, z: 0,
        data: Array.from({ length }, (_, index) => (index === limit.index ? 1 : 0)),
        itemStyle: { color: "transparent", decal: { ...hatch("transparent", token("--line2")), dashArrayY: [1, 6] } },
      },
      {
        type: "line", xAxisIndex: 2, yAxisIndex: 1, showSymbol: false, silent: true, tooltip: { show: false }, data: [[at, 0], [at, 1]],
        lineStyle: { color: token("--ink"), width: 1 },
        endLabel: { show: true, formatter: `${word(box, "complete")} ${box.dataset.completeUntil}`, color: token("--ink2"), fontSize: 11.5, fontFamily: token("--tblr-font-sans-serif"), align: onTheRight ? "left" : "right", offset: [onTheRight ? (rtl ? 14 : 0) : rtl ? 0 : -14, 8] },
      },
    ];
  }

  function summary(box, data) {
    return `${word(box, "title")}: ${data.map((row) => `${row.hour} ${present(box, data).map((one) => `${word(box, one.name)} ${row[one.name]}`).join(", ")}`).join("; ")}`;
  }

  function drawKeys(box) {
    const place = document.querySelector(`[data-chart-keys="${box.id}"]`);
    place.dataset.drawn = "";
    place.replaceChildren(
      ...present(box, rows(box)).map((one) => {
        const item = document.createElement("li");
        const button = Object.assign(document.createElement("button"), { type: "button" });
        button.setAttribute("aria-pressed", !hidden.has(one.name));
        button.innerHTML = `<svg viewBox="0 0 10 10" aria-hidden="true"><rect class="key-${one.name}" width="10" height="10" rx="2"/></svg>`;
        button.append(word(box, one.name));
        button.addEventListener("click", () => {
          if (!hidden.delete(one.name)) hidden.add(one.name);
          draw(box);
        });
        item.append(button);
        return item;
      }),
    );
  }

  function drawTable(box) {
    const data = rows(box);
    const shown = present(box, data);
    const table = document.createElement("table");
    table.className = "rows";
    const head = table.createTHead().insertRow();
    for (const title of [word(box, "hour"), ...shown.map((one) => word(box, one.name))]) {
      head.append(Object.assign(document.createElement("th"), { scope: "col", className: "end", textContent: capital(title) }));
    }
    const body = table.createTBody();
    for (const row of data) {
      const line = body.insertRow();
      for (const value of [row.hour, ...shown.map((one) => row[one.name])]) {
        Object.assign(line.insertCell(), { className: "end num", textContent: value });
      }
    }
    const place = Object.assign(document.createElement("div"), { className: "chart-table", id: `${box.id}-table` });
    place.dataset.drawn = "";
    place.append(table);
    return place;
  }

  function toggleTable(button) {
    const box = document.getElementById(button.dataset.chartTable);
    const shown = document.getElementById(`${box.id}-table`);
    button.setAttribute("aria-pressed", !shown);
    box.hidden = !shown;
    if (shown) shown.remove();
    else box.after(drawTable(box));
    if (shown) draw(box);
  }

  function draw(box) {
    box.dataset.drawn = "";
    const chart = echarts.getInstanceByDom(box) ?? echarts.init(box, null, { renderer: "svg" });
    chart.resize();
    chart.setOption(option(box), { notMerge: true });
    drawKeys(box);
  }

  const boxes = () => document.querySelectorAll("[data-chart]:not([hidden])");
  const drawAll = () => boxes().forEach(draw);
  document.addEventListener("themechange", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-chart-table]");
    if (button) toggleTable(button);
  });
  let waits = 0;
  addEventListener("resize", () => {
    clearTimeout(waits);
    waits = setTimeout(drawAll, 120);
  });
  document.fonts.ready.then(drawAll);
})();
