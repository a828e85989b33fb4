export { byLateness, dueOf, type Due, type DueFacts, type DueGroup } from './due';
export { addDays, daysBetween, rhythmOf, type Rhythm, type RhythmFacts, type RhythmState } from './rhythm';
