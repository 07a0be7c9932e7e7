"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SEVERITIES = ["critical", "high", "medium", "low"];
  const STATUSES = ["FAIL", "UNKNOWN", "WAIVED", "ACCEPTED", "PASS"];
  const PAGE = 100; // rows that are drawn at once
  const PRINTED = 500;
  const BARS = 8;
  const at = (id) => document.getElementById(id);
  const list = at("list");

  // --- elements: text is only ever text -----------------------------------------------------------------------

  function make(tag, given = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (value === undefined || value === false || value === "") continue;
      element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  function draw(tag, given) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
    return element;
  }

  // A path may be broken after a slash, as people would.
  const broken = (path) => path.split(/(?<=\/)/).flatMap((part, n) => (n ? [make("wbr"), part] : [part]));

  const number = (n) => n.toLocaleString("en");
  const plural = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;

  // --- rows ---------------------------------------------------------------------------------------------------

  const rows = data.verdicts.map((verdict, index) => {
    const policy = data.policies[verdict.policy];
    const service = verdict.type.split("::")[1] || "any";
    const scope = data.kind === "template" ? verdict.root || "not in a template" : verdict.account;
    return { index, verdict, policy, service, scope, frameworks: Object.keys(policy.controls), text: null };
  });

  // What the paths of all templates begin with is left out where there is little room.
  const folder = data.kind === "template" ? common(rows.map((row) => row.scope)) : "";
  const short = (path) => (folder && path.startsWith(folder) ? path.slice(folder.length) : path);

  function common(paths) {
    let found = (paths[0] || "").replace(/[^/]*$/, "");
    for (const path of paths) while (!path.startsWith(found)) found = found.replace(/[^/]*\/$/, "");
    return found;
  }

  function text(row) {
    if (row.text === null) {
      const { verdict, policy } = row;
      const parts = [policy.id, policy.title, policy.severity, verdict.status, verdict.name, verdict.about, verdict.type,
        verdict.id, verdict.account, verdict.region, verdict.place, verdict.error, verdict.reason, verdict.construct];
      for (const finding of verdict.findings || []) parts.push(finding.message, finding.path, finding.place, finding.seen);
      for (const gap of verdict.gaps || []) parts.push(gap.detail, gap.reason, gap.type, gap.id);
      for (const [framework, items] of Object.entries(policy.controls)) parts.push(framework, ...items);
      row.text = parts.filter(Boolean).join("\n").toLowerCase();
    }
    return row.text;
  }

  // --- what is chosen -----------------------------------------------------------------------------------------

  const present = STATUSES.filter((status) => rows.some((row) => row.verdict.status === status));
  const everyday = new Set(["FAIL", "UNKNOWN"].filter((status) => present.includes(status)));
  const chosen = { words: [], statuses: new Set(everyday), severity: "", service: "", scope: "", framework: "", order: "severity" };

  const TESTS = {
    severity: (row, value) => row.policy.severity === value,
    service: (row, value) => row.service === value,
    scope: (row, value) => row.scope === value,
    framework: (row, value) => row.frameworks.includes(value),
  };

  function matches(row) {
    if (chosen.statuses.size && !chosen.statuses.has(row.verdict.status)) return false;
    for (const [name, test] of Object.entries(TESTS)) if (chosen[name] && !test(row, chosen[name])) return false;
    return chosen.words.every((word) => text(row).includes(word));
  }

  const rank = (row) => STATUSES.indexOf(row.verdict.status) + 10 * SEVERITIES.indexOf(row.policy.severity);
  const where = (row) => row.verdict.place || row.verdict.id || row.verdict.about || "";
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const ORDERS = {
    severity: (a, b) => rank(a) - rank(b) || a.index - b.index,
    place: (a, b) => compare(a.scope, b.scope) || compare(a.verdict.id || "", b.verdict.id || "") || rank(a) - rank(b),
    policy: (a, b) => compare(a.policy.id, b.policy.id) || a.index - b.index,
  };

  // --- one finding --------------------------------------------------------------------------------------------

  function item(row) {
    const { verdict, policy } = row;
    const subject = verdict.about || verdict.name || verdict.id;
    const body = make("div", { class: "body" });
    const summary = make("summary", {},
      make("span", { class: `severity ${policy.severity}` }, policy.severity),
      make("span", { class: "title" },
        ...(verdict.status === "FAIL" ? [] : [make("span", { class: `status ${verdict.status.toLowerCase()}` }, verdict.status), " "]), policy.title),
      make("span", { class: "subject" }, ...broken(subject)),
      make("span", { class: "where" }, ...broken(short(verdict.place || [verdict.account, verdict.region].filter(Boolean).join(" ")))));
    const details = make("details", {}, summary, body);
    details.addEventListener("toggle", () => { if (details.open && !body.firstChild) fill(body, row); });
    return make("li", {}, details);
  }

  function fill(body, row) {
    const { verdict, policy } = row;
    const seen = make("div", { class: "seen" });
    if (verdict.reason) seen.append(make("p", { class: "notice" }, `${verdict.status}: ${verdict.reason}`));
    for (const finding of verdict.findings || []) seen.append(found(finding));
    if (verdict.error) seen.append(make("h3", {}, "The policy errored"), make("p", {}, verdict.error));
    if (verdict.gaps) seen.append(...unseen(verdict));
    seen.append(facts(row));
    const told = make("div", { class: "told" }, make("h3", {}, "Why it matters"), ...policy.why.map((part) => make("p", {}, part)));
    told.append(make("h3", {}, "How to fix"), ...policy.fix.map((part) => make("p", {}, part)));
    if (policy.properties) told.append(make("pre", { tabindex: "0" }, policy.properties));
    if (policy.cli) told.append(make("pre", { class: "command" }, policy.cli));
    const links = policy.references.filter((address) => /^https?:/.test(address));
    if (links.length) {
      const shown = links.map((address) => make("li", {}, make("a", { href: address, rel: "noreferrer noopener" }, ...broken(address.replace(/^https?:\/\//, "")))));
      told.append(make("h3", {}, "References"), make("ul", { class: "plain" }, ...shown));
    }
    body.append(seen, told);
  }

  function found(finding) {
    const part = make("div", { class: "finding" }, make("p", { class: "message" }, finding.message));
    if (finding.seen) part.append(make("p", { class: "quiet" }, `seen in ${finding.seen}`));
    const place = [finding.place, finding.path].filter(Boolean).join("  ");
    if (place) part.append(make("p", { class: "quiet" }, make("code", {}, ...broken(place))));
    if (finding.source && finding.source.length) {
      const width = Math.max(...finding.source.map(([margin]) => margin.length));
      const lines = finding.source.map(([margin, line, caret]) =>
        make("span", { class: caret ? "caret" : "" }, make("i", {}, margin.padStart(width)), ` ${line}\n`));
      part.append(make("pre", { class: "source", tabindex: "0" }, ...lines));
    }
    return part;
  }

  function unseen(verdict) {
    const permissions = [...new Set(verdict.gaps.filter((gap) => gap.permission).map((gap) => gap.permission))];
    const parts = [];
    if (permissions.length) {
      parts.push(make("h3", {}, permissions.length === 1 ? "Missing permission" : "Missing permissions"),
        make("p", {}, ...permissions.flatMap((each, n) => [n ? ", " : "", make("code", {}, each)])));
    }
    const gaps = verdict.gaps.map((gap) => make("li", {},
      make("span", { class: "gap" }, gap.reason), ` ${gap.permission ? "" : gap.detail || ""} `,
      make("span", { class: "quiet" }, make("code", {}, [gap.id || gap.type, gap.path].filter(Boolean).join(" ")))));
    return [...parts, make("h3", {}, "Not seen"), make("ul", { class: "plain" }, ...gaps)];
  }

  function facts(row) {
    const { verdict, policy } = row;
    const controls = Object.entries(policy.controls).map(([framework, items]) => `${framework} ${items.join(", ")}`);
    const known = { policy: policy.id, resource: verdict.id, type: verdict.type, account: verdict.account,
      region: verdict.region, construct: verdict.construct, controls: controls.join(" · ") };
    const pairs = Object.entries(known).filter(([, value]) => value && !value.startsWith("${"));
    return make("dl", { class: "facts" }, ...pairs.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, ...broken(value))]));
  }

  // --- the list -----------------------------------------------------------------------------------------------

  let kept = [];
  let drawn = 0;

  function grow(upTo) {
    const end = Math.min(kept.length, upTo);
    if (drawn < end) {
      const piece = document.createDocumentFragment();
      while (drawn < end) piece.append(item(kept[drawn++]));
      list.append(piece);
    }
    at("more").hidden = drawn >= kept.length;
    at("more").textContent = `${number(kept.length - drawn)} more below`;
  }

  function refresh() {
    kept = rows.filter(matches).sort(ORDERS[chosen.order]);
    list.replaceChildren();
    drawn = 0;
    grow(PAGE);
    at("count").textContent = kept.length === rows.length ? plural(rows.length, "verdict")
      : `${number(kept.length)} of ${plural(rows.length, "verdict")}`;
    for (const button of document.querySelectorAll("[data-filter]")) {
      button.setAttribute("aria-pressed", String(chosen[button.dataset.filter] === button.dataset.value));
    }
    for (const button of at("statuses").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(chosen.statuses.has(button.value)));
    }
    for (const name of Object.keys(TESTS)) at(name).value = chosen[name];
    at("order").value = chosen.order;
  }

  new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) grow(drawn + PAGE); },
    { rootMargin: "600px" }).observe(at("more"));

  // --- charts -------------------------------------------------------------------------------------------------

  function tally(keys) {
    const counts = new Map();
    for (const row of rows) {
      if (!everyday.has(row.verdict.status)) continue;
      for (const key of keys(row)) {
        const count = counts.get(key) || { FAIL: 0, UNKNOWN: 0 };
        count[row.verdict.status] += 1;
        counts.set(key, count);
      }
    }
    return [...counts].sort(([a, x], [b, y]) => y.FAIL + y.UNKNOWN - x.FAIL - x.UNKNOWN || compare(a, b));
  }

  function bar(count, most) {
    const svg = draw("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" });
    const wide = (n) => (100 * n) / most;
    svg.append(draw("rect", { class: "fail", x: 0, y: 0, height: 6, width: wide(count.FAIL) }),
      draw("rect", { class: "unknown", x: wide(count.FAIL), y: 0, height: 6, width: wide(count.UNKNOWN) }));
    return svg;
  }

  function chart(title, filter, counted) {
    if (!counted.length) return;
    const most = Math.max(...counted.map(([, count]) => count.FAIL + count.UNKNOWN));
    const bars = counted.map(([key, count], place) => {
      const said = `${key}: ${count.FAIL} FAIL, ${count.UNKNOWN} UNKNOWN`;
      const button = make("button", { type: "button", "data-filter": filter, "data-value": key, "aria-label": said, title: said },
        make("span", { class: "key" }, short(key)), bar(count, most),
        make("span", { class: "number" }, number(count.FAIL), count.UNKNOWN ? make("span", { class: "undecided" }, ` ${number(count.UNKNOWN)}?`) : ""));
      button.addEventListener("click", () => { chosen[filter] = chosen[filter] === key ? "" : key; refresh(); });
      return make("li", { hidden: place >= BARS }, button);
    });
    const figure = make("figure", {}, make("figcaption", {}, title), make("ul", {}, ...bars));
    if (bars.length > BARS) {
      const more = make("button", { type: "button", class: "link" }, `${number(bars.length - BARS)} more`);
      more.addEventListener("click", () => { for (const each of bars) each.hidden = false; more.remove(); });
      figure.append(more);
    }
    at("charts").append(figure);
  }

  // --- what was not seen, not judged, or should be known ------------------------------------------------------

  function aside(title, kind, entries, open) {
    if (!entries.length) return;
    at("asides").append(make("details", { class: `aside ${kind}`, open },
      make("summary", {}, title), make("ul", { class: "plain" }, ...entries.map((entry) => make("li", {}, ...entry)))));
  }

  // --- set up -------------------------------------------------------------------------------------------------

  const bySeverity = tally((row) => [row.policy.severity]).sort(([a], [b]) => SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b));
  const byService = tally((row) => [row.service]);
  const byScope = tally((row) => [row.scope]);
  const byFramework = tally((row) => row.frameworks);
  const scopes = data.kind === "template" ? "template" : "account";
  chart("By severity", "severity", bySeverity);
  chart("By service", "service", byService);
  chart(`By ${scopes}`, "scope", byScope);
  chart("By framework", "framework", byFramework);

  if (rows.some((row) => everyday.has(row.verdict.status))) {
    at("charts").append(make("p", { class: "legend" },
      make("span", {}, bar({ FAIL: 1, UNKNOWN: 0 }, 1), "FAIL"), make("span", {}, bar({ FAIL: 0, UNKNOWN: 1 }, 1), "UNKNOWN, counted with a question mark")));
  }

  aside(`${plural(data.problems.length, "thing")} could not be judged`, "problems", data.problems.map((text) => [text]), true);
  const undecided = data.causes.reduce((sum, cause) => sum + cause.count, 0);
  aside(`Why ${plural(undecided, "verdict")} ${undecided === 1 ? "is" : "are"} not decided`, "causes", data.causes.map((cause) =>
    [make("b", {}, number(cause.count)), ` ${cause.why}`, cause.remedy ? make("span", {}, " → ", make("code", {}, cause.remedy)) : ""]), false);
  aside(plural(data.notes.length, "note"), "notes", data.notes.map((text) => [text]), false);

  function options(id, every, values) {
    at(id).append(make("option", { value: "" }, every), ...values.map((value) => make("option", { value }, short(value))));
    at(id).querySelector("option").value = "";
    at(id).parentElement.hidden = values.length < 2;
    at(id).addEventListener("change", () => { chosen[id] = at(id).value; refresh(); });
  }
  const values = (keys) => [...new Set(rows.flatMap(keys))].sort(compare);
  options("severity", "every severity", SEVERITIES.filter((severity) => rows.some((row) => row.policy.severity === severity)));
  options("service", "every service", values((row) => [row.service]));
  options("scope", `every ${scopes}`, values((row) => [row.scope]));
  options("framework", "every framework", values((row) => row.frameworks));
  at("order").addEventListener("change", () => { chosen.order = at("order").value; refresh(); });

  for (const status of present) {
    const size = rows.filter((row) => row.verdict.status === status).length;
    const button = make("button", { type: "button", value: status, class: `status ${status.toLowerCase()}` }, `${status} ${number(size)}`);
    button.addEventListener("click", () => {
      if (!chosen.statuses.delete(status)) chosen.statuses.add(status);
      refresh();
    });
    at("statuses").append(button);
  }

  let waiting = 0;
  const search = () => {
    chosen.words = at("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    refresh();
  };
  at("search").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });

  function clear() {
    at("search").value = "";
    Object.assign(chosen, { words: [], statuses: new Set(everyday), severity: "", service: "", scope: "", framework: "", order: "severity" });
    refresh();
  }
  at("filters").addEventListener("reset", (event) => { event.preventDefault(); clear(); });
  at("filters").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(waiting); search(); });

  at("expand").addEventListener("click", () => {
    const closed = [...list.querySelectorAll("details:not([open])")];
    for (const details of closed.length ? closed : list.querySelectorAll("details")) details.open = closed.length > 0;
  });

  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      at("search").focus();
    } else if (event.key === "Escape" && (typing || list.contains(document.activeElement))) {
      clear();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && document.activeElement.matches("#list summary, #search")) {
      const all = [...list.querySelectorAll("li > details > summary")];
      const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      if (all[next]) { event.preventDefault(); all[next].focus(); }
    }
  });

  window.addEventListener("beforeprint", () => {
    grow(PRINTED);
    for (const details of at("asides").querySelectorAll("details")) details.open = true;
    if (drawn < kept.length) at("more").textContent = `${number(kept.length - drawn)} more are not printed`;
  });

  refresh();
})();
