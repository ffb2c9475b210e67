/** Every key of Hum, as `?` shows them. */
export const keyList: readonly { readonly title: string; readonly keys: readonly (readonly [keys: string, does: string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'Go to a host or do something'],
      ['g f', 'Fleet'],
      ['g v', 'VMs'],
      ['g t', 'Templates'],
      ['g i', 'Golden images'],
      ['g a', 'Activity'],
      ['g s', 'Settings'],
      ['?', 'These keys'],
    ],
  },
  {
    title: 'Host',
    keys: [
      ['[ ]', 'Previous, next host'],
      ['u Esc', 'Back to the fleet'],
    ],
  },
  {
    title: 'Templates and deploying',
    keys: [
      ['/', 'Filter the templates'],
      ['Ctrl S', 'Save the template'],
      ['Ctrl Enter', 'Deploy'],
    ],
  },
  {
    title: 'Fleet and VMs',
    keys: [
      ['/', 'Filter'],
      ['j k', 'Next, previous line (or ↓ ↑)'],
      ['Home End', 'First, last line'],
      ['← →', 'Where its figures come from'],
      ['Enter', 'Open the host or the VM'],
      ['x', 'Select it, or not'],
      ['Shift ↑ ↓', 'Select a range'],
      ['Ctrl A', 'Select all that are shown'],
      ['Esc', 'Clear the selection, then the filter'],
    ],
  },
];
