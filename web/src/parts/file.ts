// Handing a file to whoever reads the page, and taking one.

export function save(name: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: type }));
  const link = Object.assign(document.createElement('a'), { href: address, download: name.replace(/[^\w.@#-]/g, '_') });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
