export const ForecastPage = () => <h1>Forecast</h1>;
