const margin = 24;
const captionHeight = 48;

/** The charts of a section, each with title and legend as text, as one PNG. @throws Error when the browser makes none */
export async function chartsPicture(section: HTMLElement, title: string): Promise<Blob> {
  const scale = window.devicePixelRatio;
  const figures = [...section.querySelectorAll('figure')].flatMap((figure) => {
    const canvas = figure.querySelector('canvas');
    return canvas === null ? [] : [{ figure, canvas }];
  });
  const style = getComputedStyle(section);
  const width = Math.max(...figures.map(({ canvas }) => canvas.width / scale)) + 2 * margin;
  let [left, top, rowHeight] = [margin, captionHeight, 0];
  const places = figures.map(({ figure, canvas }) => {
    const size = { width: canvas.width / scale, height: canvas.height / scale };
    if (left > margin && left + size.width > width - margin) [left, top, rowHeight] = [margin, top + rowHeight, 0];
    const place = { figure, canvas, ...size, left, top };
    left += size.width + margin;
    rowHeight = Math.max(rowHeight, size.height + captionHeight);
    return place;
  });
  const height = top + rowHeight + margin;
  const picture = document.createElement('canvas');
  picture.width = Math.round(width * scale);
  picture.height = Math.round(height * scale);
  const context = picture.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw the picture.');
  context.scale(scale, scale);
  context.fillStyle = getComputedStyle(document.body).backgroundColor;
  context.fillRect(0, 0, width, height);
  const write = (text: string, x: number, y: number, font: string): number => {
    context.fillStyle = style.color;
    context.font = `${font} ${style.fontFamily}`;
    context.fillText(text, x, y);
    return x + context.measureText(text).width;
  };
  write(title, margin, 32, '600 16px');
  for (const place of places) {
    write(place.figure.querySelector('h2')?.textContent ?? '', place.left, place.top + 18, '600 14px');
    let x = place.left;
    for (const entry of place.figure.querySelectorAll('dt')) {
      const swatch = entry.querySelector('span');
      if (swatch === null) continue;
      context.fillStyle = getComputedStyle(swatch).getPropertyValue('--swatch').trim() || style.color;
      context.fillRect(x, place.top + 29, 10, 10);
      x = write(entry.textContent ?? '', x + 14, place.top + 38, '12px') + 16;
    }
    context.drawImage(place.canvas, place.left, place.top + captionHeight - 4, place.width, place.height);
  }
  return await new Promise((resolve, reject) => {
    picture.toBlob((blob) => (blob === null ? reject(new Error('This browser makes no PNG.')) : resolve(blob)), 'image/png');
  });
}
