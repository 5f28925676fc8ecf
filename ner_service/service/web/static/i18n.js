// The phrases of the page in Russian and in English.

import { recall, remember } from "./memory.js";

const ru = {
  title: "ner-service: имена в русском тексте",
  tagline: "Люди, места и организации в русском тексте",
  language: "English",
  theme: "Тема",
  theme_auto: "как в системе",
  theme_light: "светлая",
  theme_dark: "тёмная",
  api: "Документация API",
  text: "Текст",
  placeholder: "Вставьте текст или перетащите сюда файл…",
  examples: "Примеры:",
  file: "Открыть файл",
  clear: "Очистить",
  drop: "Отпустите файл, чтобы разметить его",
  tagger: "Модель",
  here: "В этом браузере",
  here_note: "текст не уходит",
  here_loading: "Загружаю сеть (7,5 МБ, один раз)…",
  here_share: "размечено ",
  here_speed: "токенов в секунду",
  nothing_sent: "текст никуда не отправлен",
  stale: "Текст изменён: ответ относится к прежнему.",
  error_net: "Сеть в браузере не справилась. Обновите страницу и попробуйте ещё раз.",
  all: "Все",
  all_note: "сравнить ответы",
  loading: "загружается…",
  broken: "не загрузилась",
  submit: "Разметить",
  busy: "Размечаю…",
  how: "Как измерено",
  how_title: "Качество и скорость моделей",
  how_note:
    "F1 — строгая: сущность верна, если совпали обе границы и метка. Скорость — по одному тексту за раз, на текстах, которых модель не видела.",
  how_report: "Полный отчёт",
  how_machine: "Измерено на: ",
  close: "Закрыть",
  model: "модель",
  speed: "токенов в секунду, одно ядро",
  latency: "1000 знаков по HTTP, мс",
  tokens_s: "ток/\u2060с",
  result: "Размеченный текст",
  result_hint: "Стрелки ← → ведут от сущности к сущности, Enter показывает все упоминания.",
  labels: "Метки",
  names: "Найденные имена",
  names_none: "Имён не найдено.",
  more: "Показать все: ",
  differences: "Расхождения",
  differences_none: "Ответы моделей совпадают.",
  place: "место",
  absent: "—",
  only_differences: "Только абзацы с расхождениями",
  export: "Взять результат",
  copy: "Копировать",
  copied: "Скопировано",
  download: "Скачать",
  cut: "… и ещё знаков: ",
  score_calibrated: "вероятность ",
  score_raw: "оценка модели ",
  score_none: "без оценки",
  offsets: "позиции ",
  normal: "начальная форма: ",
  sources: "нашли: ",
  part_first: "имя: ",
  part_middle: "отчество: ",
  part_last: "фамилия: ",
  answer: "ответ",
  drawing: "отрисовка",
  ms: "мс",
  agreed: "согласны: ",
  of: " из ",
  PER: "человек",
  LOC: "место",
  ORG: "организация",
  n_chars: { one: "знак", few: "знака", many: "знаков", other: "знака" },
  n_entities: { one: "сущность", few: "сущности", many: "сущностей", other: "сущности" },
  n_documents: { one: "документ", few: "документа", many: "документов", other: "документа" },
  n_mentions: { one: "упоминание", few: "упоминания", many: "упоминаний", other: "упоминания" },
  read_as: "Файл прочитан как Windows-1251. Если буквы неверные, сохраните его в UTF-8.",
  error_empty: "Введите текст, выберите пример или перетащите файл.",
  error_file_large: "Файл больше 16 МБ. Разделите его или используйте командную строку.",
  error_file_binary: "Это не текстовый файл. Сохраните документ как текст и откройте его.",
  error_file_unreadable: "Файл не читается. Откройте файл, а не папку.",
  error_network: "Сервис не отвечает. Проверьте, что он запущен, и попробуйте ещё раз.",
  error_text_too_long: "Текст слишком длинный для этого сервиса. Разделите его на части.",
  error_body_too_large: "Запрос слишком велик для этого сервиса. Разделите текст на части.",
  error_overloaded: "Сервис перегружен. Попробуйте через несколько секунд.",
  error_not_ready: "Модель ещё загружается. Попробуйте через несколько секунд.",
  error_timeout: "Сервис не успел ответить вовремя. Возьмите текст короче.",
  error_tagger_failed: "Модель не справилась с этим текстом. Выберите другую модель.",
  error_unknown_tagger: "Такой модели у сервиса больше нет. Обновите страницу.",
  error_invalid_request: "Сервис не принял текст.",
  error_invalid_json: "Сервис не принял текст.",
  key: "Ключ API",
  key_use: "Войти",
  of_it: "из них модель",
  error_unauthorized: "Этому сервису нужен ключ API. Введите его ниже.",
  error_rate_limited: "Слишком много запросов с этим ключом. Попробуйте через несколько секунд.",
  error_too_many_connections: "У сервиса слишком много соединений. Попробуйте через несколько секунд.",
  error_body_too_slow: "Текст передавался слишком долго. Проверьте сеть и попробуйте ещё раз.",
  error_unreadable: "Ответ не читается: он оборван или пришёл не от сервиса. Попробуйте ещё раз.",
  error_other: "Сервис ответил ошибкой. Попробуйте ещё раз.",
  says: "Ответ сервиса: ",
};

const en = {
  title: "ner-service: names in Russian text",
  tagline: "People, places and organisations in Russian text",
  language: "Русский",
  theme: "Theme",
  theme_auto: "same as the system",
  theme_light: "light",
  theme_dark: "dark",
  api: "API docs",
  text: "Text",
  placeholder: "Paste a text or drop a file here…",
  examples: "Examples:",
  file: "Open a file",
  clear: "Clear",
  drop: "Drop the file to tag it",
  tagger: "Tagger",
  here: "In this browser",
  here_note: "the text stays here",
  here_loading: "Loading the net (7.5 MB, once)…",
  here_share: "tagged ",
  here_speed: "tokens per second",
  nothing_sent: "the text was not sent anywhere",
  stale: "The text has changed: the answer is to the one before.",
  error_net: "The net in the browser failed. Reload the page and try again.",
  all: "All",
  all_note: "compare the answers",
  loading: "loading…",
  broken: "failed to load",
  submit: "Tag",
  busy: "Tagging…",
  how: "How this was measured",
  how_title: "Quality and speed of the taggers",
  how_note:
    "F1 is strict: an entity counts only if both its bounds and its label are right. Speed is measured one text at a time, on texts that the tagger has not seen.",
  how_report: "Full report",
  how_machine: "Measured on: ",
  close: "Close",
  model: "tagger",
  speed: "tokens per second, one core",
  latency: "1,000 characters over HTTP, ms",
  tokens_s: "tok/\u2060s",
  result: "Tagged text",
  result_hint: "Arrow keys ← → go from entity to entity, Enter shows all its mentions.",
  labels: "Labels",
  names: "Names found",
  names_none: "No names were found.",
  more: "Show all: ",
  differences: "Differences",
  differences_none: "The answers of the taggers are the same.",
  place: "place",
  absent: "—",
  only_differences: "Only paragraphs with differences",
  export: "Take the result",
  copy: "Copy",
  copied: "Copied",
  download: "Download",
  cut: "… more characters: ",
  score_calibrated: "probability ",
  score_raw: "the tagger's score ",
  score_none: "no score",
  offsets: "offsets ",
  normal: "base form: ",
  sources: "found by: ",
  part_first: "first name: ",
  part_middle: "middle name: ",
  part_last: "last name: ",
  answer: "answer",
  drawing: "drawing",
  ms: "ms",
  agreed: "agree on ",
  of: " of ",
  PER: "person",
  LOC: "place",
  ORG: "organisation",
  n_chars: { one: "character", other: "characters" },
  n_entities: { one: "entity", other: "entities" },
  n_documents: { one: "document", other: "documents" },
  n_mentions: { one: "mention", other: "mentions" },
  read_as: "The file was read as Windows-1251. If the letters are wrong, save it as UTF-8.",
  error_empty: "Type a text, pick an example or drop a file.",
  error_file_large: "The file is larger than 16 MB. Split it, or use the command line.",
  error_file_binary: "This is not a text file. Save the document as text and open that.",
  error_file_unreadable: "The file cannot be read. Open a file, not a folder.",
  error_network: "The service does not answer. Check that it is running and try again.",
  error_text_too_long: "The text is too long for this service. Split it into parts.",
  error_body_too_large: "The request is too large for this service. Split the text into parts.",
  error_overloaded: "The service is overloaded. Try again in a few seconds.",
  error_not_ready: "The tagger is still loading. Try again in a few seconds.",
  error_timeout: "The service did not answer in time. Try a shorter text.",
  error_tagger_failed: "The tagger failed on this text. Choose another tagger.",
  error_unknown_tagger: "The service no longer has this tagger. Reload the page.",
  error_invalid_request: "The service did not accept the text.",
  error_invalid_json: "The service did not accept the text.",
  key: "API key",
  key_use: "Use this key",
  of_it: "of which tagger",
  error_unauthorized: "This service needs an API key. Enter it below.",
  error_rate_limited: "Too many requests with this key. Try again in a few seconds.",
  error_too_many_connections: "The service has too many connections. Try again in a few seconds.",
  error_body_too_slow: "The text took too long to arrive. Check the network and try again.",
  error_unreadable: "The answer cannot be read: it was cut off, or it is not from the service. Try again.",
  error_other: "The service answered with an error. Try again.",
  says: "The service says: ",
};

export const LANGUAGES = { ru, en };

// the one chosen before, else Russian or English as the browser prefers
let language = recall("language") ?? (navigator.languages.some((l) => l.startsWith("ru")) ? "ru" : "en");

/** Returns the current language. */
export const currentLanguage = () => language;

/** Returns the phrase of a key, or the key itself where there is none. */
export const t = (key) => LANGUAGES[language][key] ?? key;

export const knows = (key) => key in ru;

/** Writes a number as the language does. */
export const number = (value, options) => new Intl.NumberFormat(language, options).format(value);

/** Writes a number with its noun in the right form. */
export const count = (value, key) =>
  `${number(value)} ${t(key)[new Intl.PluralRules(language).select(value)]}`;

/** Puts the language's phrases into every element that names one. */
export function translate(next = language) {
  language = next;
  document.documentElement.lang = language;
  document.title = t("title");
  for (const element of document.querySelectorAll("[data-t]")) {
    element.textContent = t(element.dataset.t);
  }
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
  for (const element of document.querySelectorAll("[data-t-placeholder]")) {
    element.placeholder = t(element.dataset.tPlaceholder);
  }
}

/** Switches to the other language and remembers it. */
export function switchLanguage() {
  translate(language === "ru" ? "en" : "ru");
  remember("language", language);
}
