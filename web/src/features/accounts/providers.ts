/** What each provider asks for, as the server says it, so that a form can be drawn; any other can be written by hand. */
import type { Credential, Provider } from "../../lib/api/generated";
import { accountsApi } from "./api";

export interface ProviderForms {
  /** Those that take a key. */
  all: readonly Provider[];
  titleOf: (key: string) => string;
  fieldsOf: (key: string) => readonly Credential[];
}

const oneKey: readonly Credential[] = [
  { name: "api_key", title: "API key", secret: true, optional: false, hint: "" },
];

export function formsOf(providers: readonly Provider[]): ProviderForms {
  const find = (key: string) => providers.find((provider) => provider.name === key);
  return {
    all: providers.filter((provider) => provider.credentials.length > 0 && !provider.disabled),
    titleOf: (key) => find(key)?.title ?? key,
    fieldsOf: (key) => find(key)?.credentials ?? oneKey,
  };
}

export function useProviders() {
  return accountsApi.useListProvidersQuery();
}

/** Optional fields that were left empty are not sent. */
export function filled(
  fields: readonly Credential[],
  values: Readonly<Record<string, string>>,
): { secrets: Record<string, string>; complete: boolean } {
  const secrets: Record<string, string> = {};
  for (const { name } of fields) {
    const value = values[name]?.trim();
    if (value) secrets[name] = value;
  }
  return { secrets, complete: fields.every(({ name, optional }) => optional || name in secrets) };
}
