/** Light, dark, or as the system says. */
import { Monitor, Moon, Sun } from "lucide-react";
import { IconButton } from "../../components/Button";
import { Menu, MenuCheckItem } from "../../components/Menu";
import { chooseTheme, type ThemeChoice, useShownTheme, useThemeChoice } from "../../lib/theme";

const choices: readonly { value: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "As the system", icon: Monitor },
];

export function ThemeMenu() {
  const choice = useThemeChoice();
  const icon = useShownTheme() === "dark" ? Moon : Sun;
  return (
    <Menu trigger={<IconButton label="Theme" icon={icon} quiet />}>
      {choices.map(({ value, label }) => (
        <MenuCheckItem key={value} checked={choice === value} onChange={() => chooseTheme(value)}>
          {label}
        </MenuCheckItem>
      ))}
    </Menu>
  );
}
