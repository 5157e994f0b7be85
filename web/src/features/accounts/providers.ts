/** The clouds and what each asks for, so that a form can be drawn; any other provider can be written by hand. */

export interface ProviderForm {
  key: string;
  name: string;
  fields: readonly { name: string; label: string }[];
  /** Where a key is made. */
  where: string;
}

const apiKey = [{ name: "api_key", label: "API key" }];

export const providerForms: readonly ProviderForm[] = [
  { key: "vast", name: "Vast.ai", fields: apiKey, where: "Account, then API keys" },
  { key: "runpod", name: "RunPod", fields: apiKey, where: "Settings, then API keys" },
  { key: "lambda", name: "Lambda", fields: apiKey, where: "API keys in the dashboard" },
  { key: "ionet", name: "io.net", fields: apiKey, where: "API keys in the cloud console" },
  { key: "render", name: "Render", fields: apiKey, where: "Account settings, then API keys" },
  { key: "akash", name: "Akash", fields: apiKey, where: "API keys in the console" },
  {
    key: "aws",
    name: "Amazon Web Services",
    fields: [
      { name: "access_key_id", label: "Access key id" },
      { name: "secret_access_key", label: "Secret access key" },
    ],
    where: "IAM, then Users, then Security credentials",
  },
  {
    key: "gcp",
    name: "Google Cloud",
    fields: [{ name: "service_account_json", label: "Service account (JSON)" }],
    where: "IAM, then Service accounts, then Keys",
  },
];

export function providerName(key: string): string {
  return providerForms.find((form) => form.key === key)?.name ?? key;
}
