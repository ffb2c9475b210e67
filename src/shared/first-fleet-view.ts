/** The fleet page before anyone changed it: what is seldom asked for stays away until it is chosen. */
export const firstFleetView = { filter: '', group: false, sort: null, hiddenColumns: ['address', 'tags', 'system'] };
