import { Icon } from '../parts/icon.js';
import { theme, themes } from '../theme.js';

const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;
const labels = { system: 'Colours as the system has them', light: 'Light colours', dark: 'Dark colours' } as const;

export const ThemeSwitch = () => (
  <div class="segmented" role="group" aria-label="Colours">
    {themes.map((name) => (
      <button
        key={name}
        type="button"
        aria-pressed={theme.value === name}
        aria-label={labels[name]}
        title={labels[name]}
        onClick={() => {
          theme.value = name;
        }}
      >
        <Icon name={icons[name]} />
      </button>
    ))}
  </div>
);
