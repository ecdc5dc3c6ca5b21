// SPDX-License-Identifier: GPL-2.0-or-later
// Shows what the API says, and asks again when an event says that it changed.
"use strict";

const ROWS = 200;           // of a table; "Show more" adds as many
const EVENTS = 100;         // in the list
const QUIET_MS = 1000;      // changes that come close together are asked for once
const REFRESH_MS = 30000;   // without any event: leases go on, appliances fill
const OBJECTS = ["appliance", "alloc", "reservation", "account", "client", "policy", "manager"];
const VERBS = ["announced", "admitted", "up", "down", "unhealthy", "healthy", "removed",
	"drained", "changed", "created", "ready", "failed", "resized", "renewed", "warned", "grace",
	"ended", "expired", "kept", "destroyed", "destroying", "leader", "follower", "recovered"];

const shown = { appliances: ROWS, allocations: ROWS };
let lastEvent = 0;
let pending = null;

const $ = (id) => document.getElementById(id);

function element(name, text, className) {
	const made = document.createElement(name);
	if (text !== undefined)
		made.textContent = text;
	if (className)
		made.className = className;
	return made;
}

function bytes(number) {
	const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
	let unit = 0;
	while (number >= 1024 && unit < units.length - 1) {
		number /= 1024;
		unit++;
	}
	return `${number >= 100 || unit === 0 ? Math.round(number) : number.toFixed(1)} ${units[unit]}`;
}

function span(seconds) {
	const steps = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
	for (const [unit, size] of steps)
		if (seconds >= size || size === 1)
			return `${Math.floor(seconds / size)} ${unit}`;
	return "";
}

async function get(path) {
	const answer = await fetch(path, { headers: { Accept: "application/json" } });
	const body = await answer.json();
	if (!answer.ok)
		throw new Error(body.error || `status ${answer.status}`);
	return body;
}

// Up to so many objects, in as many pages as that needs.
async function getPages(path, things, most) {
	const found = [];
	let after = "";
	do {
		const body = await get(`${path}?limit=${Math.min(1000, most - found.length)}${after}`);
		found.push(...body[things]);
		after = body.next ? `&after=${encodeURIComponent(body.next)}` : "";
	} while (after && found.length < most);
	return { list: found, more: after !== "" };
}

function row(cells) {
	const made = document.createElement("tr");
	for (const cell of cells) {
		const { label, text, node, kind, head } = cell;
		const td = element(head ? "th" : "td", node ? undefined : text, kind);
		if (head)
			td.scope = "row";
		else
			td.dataset.label = label;
		if (node)
			td.append(node);
		made.append(td);
	}
	return made;
}

function fill(id, rows, more, total) {
	const body = $(id).tBodies[0];
	if (!rows.length) {
		const cell = element("td", "none", "empty");
		cell.colSpan = 8;
		const only = document.createElement("tr");
		only.append(cell);
		rows = [only];
	}
	body.replaceChildren(...rows);
	$(`${id}-count`).textContent = total === undefined ? "" : `(${total})`;
	$(`${id}-more`).hidden = !more;
}

function isUp(appliance) {
	return appliance.up === undefined ? appliance.state === "up" : appliance.up;
}

function usage(used, all, name) {
	const made = document.createElement("meter");
	made.min = 0;
	made.max = all || 1;
	made.high = (all || 1) * 0.9;
	made.value = used;
	made.textContent = `${Math.round(100 * used / (all || 1))} %`;
	made.title = `${bytes(used)} of ${bytes(all)}`;
	made.setAttribute("aria-label", `${name}: ${made.title} in use`);
	return made;
}

function healthOf(appliance) {
	if (!isUp(appliance))
		return { text: appliance.error || "no answer", kind: "bad" };
	const health = appliance.health;
	if (!health || health.ok !== false)
		return { text: "good", kind: "good" };
	return { text: (health.reasons || []).join("; ") || "not healthy", kind: "warn" };
}

function applianceRow(appliance) {
	const up = isUp(appliance);
	const memory = appliance.memory || 0, free = appliance.free || 0;
	const labels = Object.entries(appliance.labels || {}).map(([key, value]) => `${key}=${value}`);
	const words = appliance.up === undefined ? [] : [appliance.state];
	return row([
		{ head: true, text: appliance.name },
		{ label: "State", text: [...words, up ? "up" : "down"].join(", "),
		  kind: up ? "good" : "bad" },
		{ label: "Health", ...healthOf(appliance) },
		up ? { label: "In use", node: usage(memory - free, memory, appliance.name) } : { text: "" },
		{ label: "Free", text: up ? bytes(free) : "", kind: "number" },
		{ label: "Memory", text: up ? bytes(memory) : "", kind: "number" },
		{ label: "Regions", text: appliance.regions === undefined ? "" : String(appliance.regions),
		  kind: "number" },
		{ label: "Labels", text: labels.join(" ") },
	]);
}

function leaseOf(allocation) {
	const lease = allocation.lease;
	if (!lease)
		return { text: "" };
	const left = typeof lease.left === "number" ? `, ${span(lease.left)} left` : "";
	const kind = { active: "good", warned: "warn", grace: "bad", expired: "bad" }[lease.state];
	return { text: lease.state + left, kind };
}

function allocationRow(allocation) {
	const kind = { ready: "good", failed: "bad" }[allocation.state] || "warn";
	const where = (allocation.legs || []).map((leg) => leg.appliance);
	return row([
		{ head: true, text: allocation.name },
		{ label: "State", kind,
		  text: allocation.error ? `${allocation.state}: ${allocation.error}` : allocation.state },
		{ label: "Size", text: bytes(allocation.size), kind: "number" },
		{ label: "Type", text: allocation.type || "" },
		{ label: "Lease", ...leaseOf(allocation) },
		{ label: "Owner", text: allocation.owner || "" },
		{ label: "Account", text: allocation.account || "" },
		{ label: "Regions on", text: [...new Set(where)].join(", ") },
	]);
}

function tile(name, value) {
	const group = document.createElement("div");
	group.append(element("dt", name), element("dd", value));
	return group;
}

function showPool(status, appliances) {
	const sum = (what) => appliances.reduce((total, one) => total + (isUp(one) ? one[what] || 0 : 0), 0);
	const memory = sum("memory"), free = sum("free");
	const percent = memory ? Math.round(100 * (memory - free) / memory) : 0;
	const manager = status.manager || {};
	$("pool").replaceChildren(
		tile("Memory", bytes(memory)), tile("Free", bytes(free)),
		tile("Appliances up", `${appliances.filter(isUp).length} of ${manager.appliances ?? appliances.length}`),
		tile("Allocations", String(manager.allocations ?? "")));
	$("pool-used").value = memory ? (memory - free) / memory : 0;
	$("pool-used").textContent = `${percent} %`;
	$("pool-percent").textContent = `${percent} %`;
	$("daemon").textContent = `version ${status.version}, ${status.roles.join(" and ")}`;
}

async function refresh() {
	clearTimeout(pending);
	pending = null;
	try {
		const [status, appliances, allocations] = await Promise.all([
			get("/v1/status"),
			// all of them: the sums are made here
			getPages("/v1/appliances", "appliances", 10000),
			getPages("/v1/allocations", "allocations", shown.allocations),
		]);
		showPool(status, appliances.list);
		fill("appliances", appliances.list.slice(0, shown.appliances).map(applianceRow),
			appliances.list.length > shown.appliances, appliances.list.length);
		fill("allocations", allocations.list.map(allocationRow), allocations.more,
			status.manager && status.manager.allocations);
		$("trouble").hidden = true;
		document.body.dataset.refreshed = String(Number(document.body.dataset.refreshed || 0) + 1);
	} catch (error) {
		$("trouble").textContent = `The manager does not answer: ${error.message}`;
		$("trouble").hidden = false;
	}
	again(REFRESH_MS);
}

function again(ms) {
	if (pending !== null && ms >= REFRESH_MS)
		return;
	clearTimeout(pending);
	pending = setTimeout(refresh, ms);
}

function words(key, value) {
	if (key === "size" && typeof value === "number")
		return bytes(value);
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function showEvent(event) {
	lastEvent = event.id;
	const line = document.createElement("li");
	const time = element("time", new Date(event.time).toLocaleTimeString());
	time.dateTime = event.time;
	line.append(time, element("span", event.type, "type"), element("span", event.name));
	if (event.detail) {
		const text = Object.entries(event.detail).map(([key, value]) => `${key} ${words(key, value)}`);
		line.append(element("span", text.join(", "), "detail"));
	}
	$("events").prepend(line);
	while ($("events").childElementCount > EVENTS)
		$("events").lastElementChild.remove();
}

function state(text, word) {
	$("connection").textContent = text;
	$("connection").dataset.state = word;
}

function listen() {
	const source = new EventSource(`/v1/events?since=${lastEvent}`);
	const take = (message) => {
		showEvent(JSON.parse(message.data));
		again(QUIET_MS);
	};
	for (const object of OBJECTS)
		for (const verb of VERBS)
			source.addEventListener(`${object}.${verb}`, take);
	source.addEventListener("lost", () => again(0));
	source.onopen = () => {
		state("live", "good");
		again(0);
	};
	source.onerror = () => {
		state("no connection, trying again", "bad");
		if (source.readyState === EventSource.CLOSED)
			setTimeout(listen, 5000);
	};
}

async function begin() {
	for (const id of ["appliances", "allocations"])
		$(`${id}-more`).addEventListener("click", () => {
			shown[id] += ROWS;
			refresh();
		});
	try {
		const past = await get("/v1/events");
		past.events.forEach(showEvent);
		lastEvent = Math.max(lastEvent, past.since);
	} catch (error) {
		state(error.message, "bad");
	}
	await refresh();
	listen();
}

begin();
