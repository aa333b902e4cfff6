// The words of the page in the reader's language: all else imports them from here.

export * from './en';
