/** What the clouds are called. */

const titles: Record<string, string> = {
  vast: "Vast.ai",
  runpod: "RunPod",
  lambda: "Lambda",
  ionet: "io.net",
  render: "Render Network",
  akash: "Akash",
  aws: "Amazon EC2",
  gcp: "Google Cloud",
  local: "This computer",
};

export const providerNames = Object.keys(titles);

/** One that the application does not know yet is shown by the server's name. */
export function providerTitle(name: string): string {
  return titles[name] ?? name;
}
