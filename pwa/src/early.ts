// The first thing that the app does, before the screens' own modules are evaluated.
import { hireEarly } from '$lib/book/hire';
import { areaOf } from './routes';

if (areaOf(location.pathname.split('/').filter(Boolean)) === 'floor') hireEarly();
