// Fetched when an archive is first asked for.
export { downloadZip } from "client-zip";
