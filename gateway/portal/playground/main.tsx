import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './playground.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadExamples } from './example-operation.ts';
import { Playground } from './playground.tsx';

const place = document.getElementById('playground');
if (place !== null) {
  const examples = await loadExamples();
  createRoot(place).render(
    <StrictMode>
      <Playground examples={examples} />
    </StrictMode>,
  );
}
