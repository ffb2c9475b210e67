/** What both ends know of files that are moved. Apart from the contract: the page needs it before zod has been fetched. */

/** What a file of the person's computer may be called for it to be uploaded; beside that, 255 bytes long at most. */
export const fileNamePattern = /^(?!\.{1,2}$)[^/\p{Cc}\p{Cs}]+$/u;

/** NAME_MAX of limits.h(0p) on Linux. */
export const longestFileName = 255;

/** More does not go through the page's memory. */
export const mostDownloadBytes = 4 * 2 ** 30;

/** Of a directory with more files, so many are listed. */
export const mostListedFiles = 2000;

/** Where a shell answers with a file that the page has offered, followed by the token of the offer. */
export const offerPath = '/file/';

/** 256 random bits as base64url, which the page draws: an address has to be there before a drag begins, and is good for nothing before it is offered. */
export const offerTokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** Where a shell takes a piece of an upload by PUT, followed by the id of the transfer, a slash and the offset. */
export const piecePath = '/piece/';

/** What a download asks for at once. */
export const filePieceBytes = 2 ** 20;

/** What an upload sends at once, and how many of that it sends side by side. */
export const uploadPieceBytes = 4 * 2 ** 20;
export const piecesAtOnce = 2;

/** Where an upload goes on of which so many bytes are there: the blocks of its last pieces may have arrived in any order, and not all of them. */
export function goesOnAt(bytes: number): number {
  return Math.max(0, Math.ceil(bytes / uploadPieceBytes) - piecesAtOnce) * uploadPieceBytes;
}
