// Keeps the pages themselves on the device, so that they open without a line. It never keeps what they show: no answer of
// the server about people, tasks or pictures goes through here. The server writes its version in; another version is
// another worker, which fetches everything anew before it takes over. The records lie elsewhere and stay as they are.
"use strict";

const VERSION = "{{version}}";
const SHELL = "/survey/app";
const CACHE = `survey-${VERSION}`;
/** Fonts of rare characters, kept as they are needed; their names change with what is in them. */
const FONTS = "survey-fonts";

/** What the shell names: modules, styles, icons. */
const filesIn = (html) => Array.from(html.matchAll(/(?:href|src)="(\/(?:survey|static)\/[^"#]+)"/g), (found) => found[1]).filter((path) => path !== SHELL);

async function fetched(path, credentials) {
  const response = await fetch(path, { cache: "no-cache", credentials });
  // a log-in page in its place would be kept for ever
  if (!response.ok || response.redirected) throw new TypeError(`no ${path}`);
  return response;
}

async function install() {
  const shell = await fetched(SHELL, "omit");
  const files = new Set(filesIn(await shell.clone().text()));
  const cache = await caches.open(CACHE);
  await Promise.all(Array.from(files, async (path) => cache.put(path, await fetched(path, "omit"))));
  // last: with it the version is whole
  await cache.put(SHELL, shell);
  await self.skipWaiting();
}

// The version before stays for pages that are just being opened with it.
async function activate() {
  const others = (await caches.keys()).filter((name) => name.startsWith("survey-") && name !== CACHE && name !== FONTS);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) || (await caches.match(path)) || fetch(request);
}

async function font(request) {
  const cache = await caches.open(FONTS);
  const found = await cache.match(request);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname === SHELL) event.respondWith(kept(request, SHELL));
  else if (/^\/static\/rare-[^/]+\.woff2$/.test(url.pathname)) event.respondWith(font(request));
  else if (url.pathname.startsWith("/survey/files/") || url.pathname.startsWith("/static/")) event.respondWith(kept(request, url.pathname));
});
