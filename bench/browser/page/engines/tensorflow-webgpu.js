import "@tensorflow/tfjs-backend-webgpu";
import { hostTensorFlow } from "./tensorflow.js";

hostTensorFlow("webgpu");
