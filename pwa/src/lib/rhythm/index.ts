export { byLateness, dueOf, type Due, type DueFacts, type DueGroup } from './due';
export { rhythmOf, type Rhythm, type RhythmFacts } from './rhythm';
export { addDays, daysBetween, type MemberState } from './state';
