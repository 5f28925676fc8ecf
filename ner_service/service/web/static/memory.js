// What the browser keeps between visits, where it may keep anything.

/** Keeps a value, or forgets it where it is null. */
export function remember(name, value, storage = localStorage) {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, value);
  } catch {
    // storage is full or forbidden: it holds until the page is closed
  }
}

/** The value kept under a name, or null. */
export function recall(name, storage = localStorage) {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}
