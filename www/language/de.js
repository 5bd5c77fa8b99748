// The page's words in German.

/** @type {(count: number) => string} such as "2.000" */
const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ".");

/** @type {(count: number, one: string, many: string) => string} such as "1 Foto" and "2.000 Fotos" */
const counted = (count, one, many) => `${grouped(count)} ${count === 1 ? one : many}`;

/** @type {(count: number) => string} */
const photos = (count) => counted(count, "Foto", "Fotos");

/** @type {import("./en.js").Words} */
export const words = {
  language: "Deutsch",
  decimalMark: ",",
  page: {
    title: "Thimble: Welches Kleidungsstück ist das?",
    skip: "Zu den Ergebnissen springen",
    tagline: "Welches Kleidungsstück ist das?",
    views: "Ansichten",
    photos: "Fotos",
    benchmark: "Benchmark",
    close: "Schließen",
    add: "Fotos von Kleidung hinzufügen",
    hint: "Hierher ziehen oder mit {0} {1} einfügen.",
    ctrl: "Strg",
    choose: "Fotos auswählen",
    camera: "Kamera",
    kinds:
      "Erkannt werden zehn Arten: T-Shirts und Tops, Hosen, Pullover, Kleider, Mäntel, Sandalen, Hemden, Sneaker, " +
      "Taschen und Stiefeletten.",
    promise: "Deine Fotos verlassen nie dein Gerät: Die Netze laufen in deinem Browser.",
    unloaded:
      "Das Skript der Seite ist noch nicht geladen. Wenn diese Meldung bleibt, prüfe die Verbindung und lade die Seite neu.",
    tryAgain: "Nochmal versuchen",
    results: "Ergebnisse",
    inProgress: "Fotos in Arbeit",
    classified: "Klassifizierte Fotos",
    cancel: "Abbrechen",
    removeAll: "Alle entfernen",
    empty: "Noch keine Fotos. Füge eines hinzu oder klicke auf ein Beispiel.",
    show: "Anzeigen",
    sortBy: "Sortieren nach",
    "sort.added": "Neueste",
    "sort.class": "Klasse",
    "sort.confidence": "Unsicherste",
    "sort.name": "Name",
    export: "Exportieren",
    "export.csv": "Tabelle als CSV",
    "export.json": "Tabelle als JSON",
    "export.markdown": "Als Markdown kopieren",
    "export.folders": "Fotos in Ordnern nach Klasse (ZIP)",
    "export.renamed": "Fotos nach Klasse umbenannt (ZIP)",
    yourAnswers: "Deine Antworten",
    samples: "Oder probiere ein Beispiel",
    samplesPhotos: "Drei gezeichnete Fotos:",
    samplesTestSet: "Zehn Bilder aus dem Testsatz, mit denen das Netz nicht trainiert wurde:",
    settings: "Einstellungen und Zeiten",
    backend: "Backend",
    automatic: "Automatisch",
    networks: "Netz und Testgenauigkeit",
    adapter: "Adapter",
    network: "Netz",
    onDataSet: "Im Datensatz",
    onPhotos: "Auf Fotos",
    versions: "Versionen",
    session: "Diese Sitzung",
    sessionTimes: "Zeiten dieser Sitzung",
    footer:
      "Thimble kennt nur die zehn Klassen von Fashion-MNIST (Zalando SE, MIT-Lizenz) und sagt es, wenn es unsicher ist. " +
      "Zeige ihm Kleidung, die flach liegt, hängt oder getragen wird, ein Foto oder viele.",
    language: "Sprache",
    previous: "Zurück",
    next: "Weiter",
    detailKeys:
      "Pfeil links und rechts führen zu den anderen Fotos. Enter bestätigt die Vorhersage, 0 bis 9 nennen eine andere Klasse, " +
      "N keine davon.",
    shoot: "Foto aufnehmen",
  },
  classes: {
    "T-shirt/top": "T-Shirt/Top",
    Trouser: "Hose",
    Pullover: "Pullover",
    Dress: "Kleid",
    Coat: "Mantel",
    Sandal: "Sandale",
    Shirt: "Hemd",
    Sneaker: "Sneaker",
    Bag: "Tasche",
    "Ankle boot": "Stiefelette",
  },
  errors: {
    "package-fetch": (message) =>
      `Der Klassifikator konnte nicht geladen werden (${message}). Prüfe die Verbindung und versuche es nochmal.`,
    "package-start": (message) =>
      `Das WebAssembly des Klassifikators ist nicht gestartet (${message}). Lade die Seite neu; wenn das nicht hilft, aktualisiere den Browser.`,
    "weights-fetch": (message) =>
      `Die Gewichte des Netzes konnten nicht geladen werden (${message}). Prüfe die Verbindung und versuche es nochmal.`,
    "classifier-crashed": () =>
      "Der Klassifikator ist an diesem Foto gescheitert. Speichere es in einem anderen Format und versuche es nochmal.",
    closed: () => "Dieser Klassifikator ist beendet. Lade die Seite neu.",
    "worker-failed": (message) => `Ein Teil des Klassifikators ist ausgefallen (${message}).`,
    "device-lost": () => "Das Grafikgerät ist ausgefallen.",
    "no-answer": () => "Der Klassifikator hat nicht rechtzeitig geantwortet.",
    "not-loaded": () => "Der Klassifikator ist noch nicht geladen. Warte kurz und versuche es nochmal.",
    panic: (message) => `Der Klassifikator hat einen Fehler gemacht und wurde beendet (${message}).`,
    unexpected: (message) =>
      `Etwas Unerwartetes ist schiefgegangen (${message}). Versuche es nochmal. Wenn das nicht hilft, lade die Seite neu.`,
    "photo-empty": () => "Diese Datei ist leer (0 Bytes). Wähle das Foto nochmal oder eine andere Kopie davon.",
    "photo-too-heavy": () => "Diese Datei ist zu groß: höchstens 40 MB. Exportiere ein kleineres Foto.",
    "photo-damaged": () => "Diese Datei ist beschädigt. Kopiere oder lade sie nochmal.",
    "photo-truncated": () => "Diese Datei ist abgeschnitten: Sie endet vor ihrem Bild. Kopiere oder lade sie nochmal.",
    "photo-unreadable": () =>
      "Der Browser konnte diese Datei nicht lesen. Vielleicht wurde sie verschoben oder geändert, oder sie ist ein Ordner. Wähle sie nochmal.",
    "not-an-image": () =>
      "Das ist kein Bild in einem bekannten Format. Wähle eine JPEG-, PNG-, WebP-, AVIF- oder GIF-Datei.",
    "unsupported-type": () => "Thimble kann Dateien dieser Art nicht lesen. Wandle sie in JPEG oder PNG um.",
    "photo-too-large": () => "Dieses Foto hat zu viele Pixel: höchstens 50 Megapixel. Exportiere ein kleineres Foto.",
    "photo-too-small": () => "Dieses Bild ist zu klein: mindestens 8 × 8 Pixel. Wähle ein größeres.",
    heic: () =>
      "Dieser Browser kann HEIC-Fotos nicht lesen. Wandle sie in JPEG um (am iPhone: Einstellungen, Kamera, Formate, " +
      "Maximale Kompatibilität) oder öffne diese Seite in Safari.",
    "webgpu-busy": () => "Die Seite nutzt WebGPU schon.",
    "bad-logits": () => "Die Ergebnisse des Netzes sind keine Zahlen: Das Gerät rechnet falsch. Nutze die CPU.",
  },
  or: " oder ",
  noneOfThese: "Keine davon",
  nothingFound: "Nichts gefunden",
  languageFailed: (why) => `Die Sprache konnte nicht geladen werden (${why}).`,
  noStyle: "die Formatvorlage kam nicht",
  retry: "Prüfe die Verbindung, dann versuche es nochmal oder lade die Seite neu.",

  advice: {
    issues: {
      "nothing-found": {
        why: "Kein Kleidungsstück hebt sich vom Hintergrund ab.",
        help: "Lege es auf einen schlichten Hintergrund in anderer Farbe oder ziehe den Rahmen darum.",
      },
      "too-dark": {
        why: "Das Foto ist dunkel.",
        help: "Nimm es bei Tageslicht oder unter einer Lampe nochmal auf, sodass die Nähte zu sehen sind.",
      },
      "cut-off": {
        why: "Das Kleidungsstück ist am Rand des Fotos abgeschnitten.",
        help: "Geh zurück, bis alles im Foto ist, mit etwas Hintergrund darum.",
      },
      "too-small": {
        why: "Das Kleidungsstück ist im Foto klein.",
        help: "Geh näher heran oder ziehe den Rahmen eng darum.",
      },
      "several-parts": {
        why: "Im Foto sind mehrere Gegenstände.",
        help: "Ziehe den Rahmen um einen davon.",
      },
      "busy-background": {
        why: "Das Kleidungsstück ist vom Hintergrund schwer zu unterscheiden.",
        help: "Lege es auf einen schlichten Hintergrund in anderer Farbe, ohne Muster oder Schatten.",
      },
    },
    alike: {
      why: "Es könnte beides sein.",
      help: "Zeige die ganze Form: von gerade oben, wenn es liegt, von vorn, wenn es getragen wird.",
    },
    untrained: {
      why: "Dieses Netz wurde nur mit Bildern von Fashion-MNIST trainiert und liegt bei Fotos oft falsch.",
      help: "Wähle ein anderes Netz und drücke dann „Nochmal“.",
    },
    worn: {
      why: "Das sieht nach einem getragenen Kleidungsstück aus.",
      help: "Drücke „Anpassen“ und ziehe den Rahmen eng um ein Kleidungsstück, oder nimm es von vorn auf.",
    },
    unknown: {
      why: "Es passt zu keiner der zehn Klassen, die Thimble kennt, und ist vielleicht keine davon.",
      help: "Wenn doch, zeige die ganze Form: von gerade oben, wenn es liegt, von vorn, wenn es getragen wird. Liegt es auf der Seite, drehe das Foto.",
    },
    spokenNothing: (why) => `nichts gefunden. ${why}`,
    spokenOthers: (others) => ` Außerdem: ${others.join(", ")}.`,
    perhaps: (label) => `vielleicht ${label}`,
    spokenConfident: (label, share) => `${label}, ${share} sicher.`,
    spokenUnsure: (labels, why) => `unsicher. Vielleicht ${labels.join(" oder ")}. ${why}`,
  },

  answers: {
    confirm: "Bestätigen",
    class: "Klasse",
    probability: "Wahrscheinlichkeit",
    caption: "Wie wahrscheinlich jede Klasse ist",
    question: "Was ist es?",
    corrected: (label) => `Berichtigt: ${label}`,
    confirmed: "Bestätigt",
    key: (key) => `Das ist es: Taste ${key}`,
  },

  backends: {
    titles: { webgpu: "WebGPU (burn)", cpu: "CPU", "cpu-int8": "CPU (int8)", ndarray: "ndarray (burn)" },
    loading: "Der Klassifikator für die CPU wird geladen…",
    loadingBackend: (title) => `${title} wird geladen…`,
    loadingNetwork: (name) => `„${name}“ wird geladen…`,
    testing: "Die CPU rechnet, während WebGPU geprüft wird.",
    webgpuReady: "Das WebGPU-Paket ist bereit.",
    webgpuUnbuilt:
      "Das WebGPU-Paket konnte nicht gebaut werden, darum rechnet weiter die CPU. Siehe das Terminal, das die Seite baut.",
    networkFailed: (name, before, why) =>
      `„${name}“ konnte nicht geladen werden, darum bleibt „${before}“ in Gebrauch. ${why}`,
    restarted: (why) => `Der Klassifikator für die CPU wurde neu gestartet. Kein Foto ging verloren. ${why}`,
    switched: (title, why) =>
      `Statt ${title} rechnet jetzt die CPU. Kein Foto ging verloren. ${why} Wähle ${title}, um es nochmal zu versuchen.`,
    savesData: "Die CPU rechnet: Der Browser soll Daten sparen, und das WebGPU-Paket ist groß.",
    wrong: (how) => `Die CPU rechnet: WebGPU rechnet falsch (${how}).`,
    onCpu: (why) => `Die CPU rechnet: ${why}`,
    differs: (how) =>
      `Die Ergebnisse sind falsch: Sie weichen von denen der CPU ab (${how}). Wähle ein anderes Backend.`,
    photosInF32: "Fotos werden in f32 klassifiziert, denn int8 würde zu viele Ergebnisse ändern.",
    chosen: (title) => `${title} rechnet, wie gewählt.`,
    instead: (title, why) => `Statt ${title} rechnet die CPU. ${why}`,
    notNumbers: "die Logits sind keine Zahlen",
    difference: (largest, limit) => `ein Logit weicht um ${largest} ab, erlaubt ist ${limit}`,
    faster: (isWebgpu, webgpu, cpu) =>
      `${isWebgpu ? "WebGPU" : "Die CPU"} rechnet: Ein einzelnes Bild geht damit schneller (${webgpu} mit WebGPU, ${cpu} mit der CPU).`,
    noInt8: (name) =>
      `„${name}“ gibt es nicht in int8: Zu viele Ergebnisse würden sich ändern. Wähle ein anderes Netz oder Backend.`,
    pending: (title) => `${title} wird noch gebaut. Es lässt sich nutzen, sobald es bereit ist.`,
    missing: (title, name) =>
      `Diese Seite wurde ohne ${title} gebaut (Paket „${name}“). Baue die ganze Seite mit „cargo xtask build“.`,
    noWebgpu:
      "Dieser Browser hat hier kein WebGPU. Nutze Chrome oder Edge 113, Safari 26, Firefox 141 oder neuer und eine https-Adresse.",
    noAdapter:
      "WebGPU bietet keinen Grafikadapter an. Schalte die Hardwarebeschleunigung in den Einstellungen des Browsers ein " +
      "oder aktualisiere den Grafiktreiber.",
    listFailed:
      "Die Liste der Klassifikatoren (assets/packages.json) konnte nicht geladen werden. Prüfe die Verbindung und drücke „Nochmal versuchen“.",
    listStatus: (status) =>
      `Der Server antwortete bei assets/packages.json mit ${status} statt 200. Drücke „Nochmal versuchen“. Wenn das nicht hilft, wurde die Seite nicht vollständig kopiert.`,
  },

  camera: {
    denied:
      "Der Zugriff auf die Kamera wurde verweigert. Erlaube ihn dieser Seite in der Adressleiste und drücke dann nochmal „Kamera“, oder wähle eine Datei.",
    missing: "Keine Kamera gefunden. Schließe eine an oder wähle eine Datei.",
    busy: "Ein anderes Programm benutzt die Kamera. Schließe sie dort und drücke dann nochmal „Kamera“.",
    noSize: "Die Kamera bietet keine brauchbare Bildgröße an. Wähle eine Datei.",
    noImage: "Die Kamera hat kein Bild geliefert. Schließe dieses Fenster und drücke dann nochmal „Kamera“.",
    failed: (why) =>
      `Die Kamera ließ sich nicht öffnen (${why}). Sie braucht eine https-Adresse und einen Browser, der sie erlaubt. ` +
      "Wähle eine Datei.",
    photo: (count) => `Kamerafoto ${count}`,
  },

  card: {
    again: "Nochmal",
    againLabel: (name) => `${name} nochmal klassifizieren`,
    remove: "Entfernen",
    removeLabel: (name) => `${name} entfernen`,
    waiting: "Wartet…",
    download: "Download",
    downloading: {
      classifier: (received, total) => `Der Klassifikator wird geladen: ${received} von ${total} MB`,
      weights: (received, total) => `Die Gewichte für diese Art von Bild werden geladen: ${received} von ${total} MB`,
    },
    loadingWeights: "Die Gewichte für diese Art von Bild werden geladen…",
    classifying: "Wird klassifiziert…",
    cancelled: "Abgebrochen.",
    garments: (name) => `Kleidungsstücke auf ${name}`,
    edited: (name, spoken) => `${name}, bearbeitet: ${spoken}`,
    notLoaded: (why) => `Das konnte nicht geladen werden (${why}).`,
  },

  comparison: {
    open: "Auf allen Backends vergleichen",
    downloads: (megabytes) => `(lädt einmal ${megabytes} MB)`,
    again: "Nochmal vergleichen",
    heads: ["Backend", "Ergebnis", "Sicherheit", "Abweichung", "Inferenz"],
    table: "Dieses Foto auf allen Backends",
    otherGarments: "andere Kleidungsstücke",
  },

  editor: {
    help:
      "Ziehe den Rahmen, um ihn zu verschieben, seine Seiten und Ecken, um ihn zu vergrößern, und den runden Griff, um ihn zu drehen. Mit der Tastatur " +
      "verschieben ihn die Pfeiltasten, [ und ] drehen ihn (mit Umschalt in größeren Schritten), + und − ändern die Größe, und Tab führt zu Breite, Höhe " +
      "und Winkel.",
    adjust: "Anpassen",
    rotate: "Um 90° drehen",
    whole: "Ganzes Foto",
    invert: "Umkehren",
    reset: "Zurücksetzen",
    tools: (name) => `${name} bearbeiten`,
    box: (name) => `Rahmen um das Kleidungsstück auf ${name}`,
    move: "Lage des Rahmens",
    movable: "beweglicher Rahmen",
    place: (across, down) => `Mitte bei ${across} % von links und ${down} % von oben`,
    width: "Breite des Rahmens",
    height: "Höhe des Rahmens",
    angle: "Winkel des Rahmens",
    degrees: (degrees) => `${degrees} Grad`,
    pixels: (pixels) => `${pixels} Pixel`,
  },

  exporting: {
    notLoaded: (why) => `Der Export konnte nicht geladen werden (${why}).`,
    saved: (file) => `${file} wurde gespeichert.`,
    copied: "Als Markdown kopiert.",
    notCopied: (why) => `Der Browser hat das Kopieren nicht erlaubt (${why}). Speichere die Tabelle als CSV.`,
    packing: (count) => `${photos(count)} werden gepackt…`,
    notPacked: (why) =>
      `Die Fotos konnten nicht gepackt werden (${why}). Vielleicht wurden sie verschoben: Füge sie nochmal hinzu.`,
    heads: ["Foto", "Zeigt", "Sicherheit", "Deine Antwort"],
  },

  intake: {
    link: "Das ist ein Link und kein Bild, und Thimble fragt keine andere Seite. Speichere das Bild und wähle dann die Datei.",
    emptyFolder: "In dem Ordner ist kein Foto.",
    nothingDropped: "Da war keine Datei. Speichere das Bild zuerst und ziehe oder wähle dann die Datei.",
    nothingPasted: "In der Zwischenablage ist kein Bild. Kopiere ein Bild, nicht seine Adresse oder Text.",
    notShared: "Was geteilt wurde, ist kein Bild. Teile ein Foto oder wähle hier eines.",
    pasted: "Eingefügtes Bild",
    hidden: (count) => `${photos(count)} hinzugefügt, vom Filter verborgen.`,
    showAll: "Alle zeigen",
    removed: (name) => `${name} wurde entfernt.`,
    allRemoved: (count) => `Alle ${photos(count)} wurden entfernt.`,
    undo: "Rückgängig",
  },

  network: {
    input: (name) => `${name}, wie das Netz es sieht`,
    seen: "Wie das Netz es sieht",
    seenInverted: "Wie das Netz es sieht, umgekehrt",
    photoNetworks: "den Foto-Netzen",
    photoNetworksWarm: (int8) => `der Foto-Netze${int8} für ein Kleidungsstück`,
    quoted: (name) => `„${name}“`,
    confident: "sicher",
    notSure: "Unsicher",
    notSureOf: (labels) => `Unsicher: ${labels}`,
    stages: {
      decode: "Dekodieren",
      prepare: "Vorbereiten",
      inference: "Inferenz",
      "read-back": "Zurücklesen",
      total: "Gesamt",
    },
    source: (title, networks) => `Klassifiziert mit ${networks} auf ${title}`,
    spent: (time) => `in ${time}`,
    edited: (prepared, inferred) =>
      `Nach deiner Änderung: ${prepared} für die Vorbereitung, ${inferred} für die Inferenz.`,
    warm: ({ mean, repetitions, network, ticks, tick }) =>
      `Warme Inferenz ${mean}: Mittel aus ${counted(repetitions, "Lauf", "Läufen")} ${network} ` +
      `über ${counted(ticks, "Takt", "Takte")} der Uhr des Browsers (je ${tick} ms).`,
    notTimed: (why) => `Die warme Inferenz wurde nicht gemessen. ${why}`,
  },

  offline: {
    ready: "Eine neue Version von Thimble ist bereit. Beim Aktualisieren verschwinden die Fotos von der Seite.",
    update: "Aktualisieren",
  },

  progress: {
    resume: (count) => `${photos(count)} fortsetzen`,
    of: (done, total) => `${grouped(done)} von ${grouped(total)}`,
    spoken: (done, total) => `${done} von ${total} Fotos fertig.`,
    summary: (cancelled, classified, failed) =>
      `${cancelled ? "Abgebrochen. " : ""}${classified} klassifiziert${failed > 0 ? `, ${failed} gescheitert` : ""}.`,
  },

  samples: {
    names: {
      "photo-t-shirt.jpg": "T-Shirt auf einem Holzboden",
      "photo-trousers.jpg": "Hose auf einem Bett",
      "photo-handbag.jpg": "Handtasche auf einem Tisch",
    },
    try: (name) => `Probieren: ${name}`,
    tryTest: (name) => `Probieren: ${name} aus dem Testsatz`,
    photo: (name) => `Beispiel: ${name}`,
    status: (status) => `der Server antwortete mit ${status}`,
    failed: (name, why) =>
      `Das Beispiel „${name}“ konnte nicht geladen werden (${why}). Prüfe die Verbindung oder wähle ein eigenes Foto.`,
  },

  settings: {
    load: "Laden",
    firstRun: "Erster Lauf",
    photos: "Fotos",
    warmPhotoMedian: "Warmes Foto, Median",
    warmPhotoP95: "Warmes Foto, p95",
    warmImageMedian: "Warmes 28x28-Bild, Median",
    warmImageP95: "Warmes 28x28-Bild, p95",
    totalMedian: "Gesamt, Median",
    totalP95: "Gesamt, p95",
    notForPhotos: ", nicht für Fotos",
    simd: ", mit SIMD",
    none: "keiner",
    network: (name, parameters, macs) =>
      `„${name}“: ${counted(parameters, "Parameter", "Parameter")}, ${macs} Millionen Multiplikationen mit Addition`,
    onTestSet: (share) => `${share} von 10.000 Testbildern von Fashion-MNIST`,
    onPhotos: (flat, worn) =>
      `${flat} bei flach liegender oder hängender Kleidung, ${worn} bei getragener, auf Fotos, die die Netze nie gesehen haben`,
    column: (title, network) => `${title}, „${network}“`,
    tick: (tick) => `Die Uhr des Browsers tickt alle ${tick} ms: Nur Mittel über viele Läufe werden genauer angezeigt.`,
    from: (count) => `ab ${count}`,
    notYet: "noch nicht",
    dark: "Dunkel",
    light: "Hell",
    toDark: "Dunkel: Design wechseln",
    toLight: "Hell: Design wechseln",
  },

  summary: {
    counts: (count, confident, toCheck) => `${photos(count)} · ${confident} sicher · ${toCheck} zu prüfen`,
    all: "Alle",
    toCheck: "Zu prüfen",
    checked: (count, right, share) => `${photos(count)} geprüft, ${right} richtig vorhergesagt (${share})`,
    matrix: "Deine Antworten in den Zeilen, Vorhersagen in den Spalten",
    place: (place, count) => `${place} von ${count}`,
  },

  support: {
    update: (browsers) => `Aktualisiere den Browser, oder öffne diese Seite in ${browsers} oder neuer.`,
    "no-webassembly":
      "Dieser Browser führt kein WebAssembly aus, das Thimble braucht. Vielleicht hat ein Sicherheitsmodus es abgeschaltet: " +
      "Erlaube es für diese Seite.",
    "no-simd": "Dem WebAssembly dieses Browsers fehlen die SIMD-Befehle, die Thimble braucht.",
    "no-module-worker": "Dieser Browser kennt keine Modul-Worker, die Thimble braucht.",
  },

  tile: {
    loadingWeights: "Gewichte werden geladen…",
    cancelled: "Abgebrochen",
    more: (count) => counted(count, "weiteres Kleidungsstück", "weitere Kleidungsstücke"),
  },

  why: {
    open: (label) => `Warum ${label}?`,
    computing: "Eine Stelle nach der anderen wird abgedeckt…",
    places: [
      "links oben",
      "oben",
      "rechts oben",
      "links",
      "in der Mitte",
      "rechts",
      "links unten",
      "unten",
      "rechts unten",
    ],
    strengths: ["wenig", "etwas", "viel"],
    dependsOn: (label, place) => `${label} hängt am meisten von dem ab, was das Netz ${place} sieht.`,
    nowhere: (label) => `${label} hängt von keiner einzelnen Stelle ab.`,
    becomes: (label) => `Ist eine Stelle abgedeckt, wird daraus: ${label}.`,
    stays: "Eine einzelne Stelle abzudecken ändert es nicht.",
    nearest: (others) => `Am nächsten kommen ${others.join(" und ")}.`,
    legend: "Wie sehr es die Wahrscheinlichkeit senkt, eine Stelle abzudecken:",
    table: "Wie sehr die Vorhersage von jedem Teil des Bildes abhängt",
    layer: (layer, shown, all, side) =>
      `Nach Faltung ${layer}: ${shown} von ${all} Merkmalskarten, ${side}×${side} Pixel`,
    time: (runs, milliseconds) =>
      `${counted(runs, "Lauf", "Läufe")} des Netzes auf der CPU in ${milliseconds} ms, in einer Ansicht und ohne Kalibrierung.`,
  },

  benchmark: {
    notLoaded: (why) => `Der Benchmark konnte nicht geladen werden (${why}).`,
    title: "Benchmark",
    intro: "Wie schnell das Netz für Bilder von Fashion-MNIST hier läuft, in diesem Browser, auf jedem Backend.",
    study: "Das PyTorch-CNN der Studie",
    studyIntel: "Dasselbe mit Intels Erweiterung",
    measure: "Stapel messen",
    classify: "Testbilder klassifizieren",
    stop: "Anhalten",
    copy: "Als Markdown kopieren",
    notCopied: "Der Browser hat das Kopieren nicht erlaubt.",
    progress: "Fortschritt des Benchmarks",
    batchTime: "Zeit eines Stapels",
    batchTimes: "Zeiten von Stapeln",
    testImages: "Die 10.000 Testbilder",
    testResults: "Ergebnisse auf den Testbildern",
    backends: "Backends",
    batch: "Bilder auf einmal",
    runs: "Läufe",
    rounds: "Runden",
    workersForTest: "Worker für die Testbilder",
    withSize: (title, megabytes) => `${title}, ${megabytes} MB`,
    chooseFiles: "Diese Seite hat die Testbilder nicht. Wähle die zwei Dateien von Fashion-MNIST, mit gzip oder ohne:",
    noFiles: "Wähle zuerst die zwei Dateien mit den Testbildern.",
    badImages:
      "Die Datei mit den Bildern ist keine IDX-Datei mit 28x28-Bildern. Wähle t10k-images-idx3-ubyte, mit gzip oder ohne.",
    badLabels: (count) =>
      `Die Datei mit den Klassen ist keine IDX-Datei mit ${count} Klassen von 0 bis 9. Wähle t10k-labels-idx1-ubyte, mit gzip oder ohne.`,
    badArchive: (why) => `Eine Datei ließ sich nicht entpacken (${why}). Kopiere oder lade sie nochmal.`,
    testSetStatus: (status) => `Der Server antwortete bei den Testbildern mit ${status} statt 200.`,
    facts: {
      browser: "Browser",
      cores: "Kerne",
      unknown: "unbekannt",
      simd: "SIMD",
      simdBits: "128 Bit",
      simdRelaxed: "relaxed, 128 Bit",
      adapter: "Adapter in Gebrauch",
      noAdapter: "keiner",
      network: "Netz",
      networkIs: (name, parameters, macs) =>
        `${name}, ${counted(parameters, "Parameter", "Parameter")}, ${macs} Millionen Multiplikationen mit Addition`,
      versions: "Versionen",
      download: (name) => `Download, ${name}`,
    },
    stopped: "Angehalten.",
    measured: "Gemessen.",
    classified: "Klassifiziert.",
    starting: (title) => `${title} startet…`,
    round: (round, rounds, title, batch) => `Runde ${round} von ${rounds}: ${title}, Stapel von ${batch}…`,
    classifying: (title) => `${title} klassifiziert…`,
    downloading: (megabytes) => `Die Testbilder werden geladen, ${megabytes} MB…`,
    failed: (title, why) => `${title}: ${why}`,
    timesHeads: ["Backend", "Bilder auf einmal", "Median", "Von bis", "Bilder pro Sekunde"],
    range: (least, most) => `${least} bis ${most}`,
    testHeads: ["", "Worker", "Genauigkeit", "Verlust", "Zeit", "Bilder pro Sekunde"],
    networkOn: (network, backend) => `${network} auf ${backend}`,
    imagesPerSecond: "Bilder pro Sekunde",
    markdown: {
      title: "## Thimble im Browser",
      times: (rounds) => `Zeit eines Stapels in Millisekunden, ${counted(rounds, "Runde", "Runden")} im Wechsel:`,
      timesHeads: ["Backend", "Bilder", "Median", "Kürzeste", "Längste", "Bilder pro Sekunde"],
      testSet: "Die Testbilder von Fashion-MNIST:",
      testHeads: ["Netz", "Backend", "Worker", "Genauigkeit", "Verlust", "Sekunden", "Bilder pro Sekunde"],
      again: (link) => `Nochmal messen: ${link}`,
    },
    matrix: {
      label: "Konfusionsmatrix",
      caption: "Wahre Klasse in den Zeilen, vorhergesagte in den Spalten. Drücke eine Zahl, um ihre Bilder zu sehen.",
      cell: (count, label, predicted) => `${counted(count, "Bild", "Bilder")}: ${label}, vorhergesagt als ${predicted}`,
      images: (count, label, predicted) =>
        `${label}, vorhergesagt als ${predicted}: ${counted(count, "Bild", "Bilder")}`,
      shown: (most) => `, davon ${most} gezeigt`,
      image: (index) => `Testbild ${index}`,
    },
  },
};
