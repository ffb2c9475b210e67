/** Every key of Hum, as `?` shows them. */
export const keyList: readonly { readonly title: string; readonly keys: readonly (readonly [keys: string, does: string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'Go to a host or do something'],
      ['g f', 'Fleet'],
      ['g v', 'VMs'],
      ['g t', 'Templates'],
      ['g a', 'Activity'],
      ['g s', 'Settings'],
      ['Ctrl `', 'Show or hide the terminals'],
      ['?', 'These keys'],
    ],
  },
  {
    title: 'Host',
    keys: [
      ['[ ]', 'Previous, next host'],
      ['s', 'Open a shell on it'],
      ['u Esc', 'Back to the fleet'],
    ],
  },
  {
    title: 'Terminals',
    keys: [
      ['s', 'Open a shell, on a host’s line or page'],
      ['Ctrl Shift E', 'Another shell on the same host'],
      ['Ctrl Shift ← →', 'Previous, next tab'],
      ['Ctrl Shift Enter', 'Split the tab'],
      ['Ctrl Shift ↑ ↓', 'The other half'],
      ['Ctrl Shift M', 'Over the whole page, or not'],
      ['Ctrl Shift Q', 'Close it'],
      ['Ctrl Shift K', 'Go to a host or do something, from a terminal'],
      ['Ctrl Shift F', 'Find'],
      ['Ctrl Shift C', 'Copy'],
      ['Ctrl Shift V', 'Paste'],
      ['Ctrl Shift X', 'Give the keyboard back to the page'],
      ['F2', 'Name the tab that has the keyboard'],
      ['Delete', 'Close the tab that has the keyboard'],
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
