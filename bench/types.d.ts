// The peers are installed for the bench alone, and the project's types are checked without them.
declare module "@litertjs/core";
declare module "@tensorflow/tfjs-backend-wasm";
declare module "@tensorflow/tfjs-backend-webgpu";
declare module "@tensorflow/tfjs-core";
declare module "onnxruntime-web/wasm";
declare module "onnxruntime-web/webgpu";
declare module "protobufjs";
declare module "echarts";

/** What the bench's page offers to its driver. */
declare var bench: import("./browser/page/main.js").Bench;
