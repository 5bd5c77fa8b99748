// burn keeps its GPUDevice to itself. To hear of a loss at once, even between photos, the adapter's
// requestDevice is wrapped before the package asks for a device.

/**
 * @param {(reason: string) => void} onLost called at most once for each device
 */
export function watchDevices(onLost) {
  if (typeof GPUAdapter === "undefined") return;
  const original = GPUAdapter.prototype.requestDevice;
  /**
   * @this {GPUAdapter}
   * @param {GPUDeviceDescriptor} [descriptor]
   */
  GPUAdapter.prototype.requestDevice = async function requestDevice(descriptor) {
    const device = await original.call(this, descriptor);
    void device.lost.then((lost) => onLost(lost.message || lost.reason));
    return device;
  };
}

/**
 * Whether a WebGPU adapter can be had, asked before the large package is fetched.
 * @returns {Promise<{gpu: boolean, adapter: string | null}>} adapter null where none is offered
 */
export async function probeAdapter() {
  const gpu = /** @type {{gpu?: GPU}} */ (navigator).gpu;
  if (!gpu) return { gpu: false, adapter: null };
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return { gpu: true, adapter: null };
  const { vendor, architecture, device, description } = adapter.info;
  const name = description || [vendor, architecture, device].filter(Boolean).join(" ");
  return { gpu: true, adapter: name || "unnamed adapter" };
}
