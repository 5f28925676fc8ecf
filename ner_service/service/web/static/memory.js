// Values that the browser keeps between visits, where it allows it.

/** Keeps a value under a name, or removes it where it is null. */
export function remember(name, value, storage = localStorage) {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, value);
  } catch {
    // storage is full or forbidden: the value holds until the page is closed
  }
}

/** Returns the value kept under a name, or null. */
export function recall(name, storage = localStorage) {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}
