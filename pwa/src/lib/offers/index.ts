export { barredBy, suggest, SUGGESTIONS, type Article, type Asked, type Known, type Partner, type Preference, type Reason, type Suggestion } from './suggest';
